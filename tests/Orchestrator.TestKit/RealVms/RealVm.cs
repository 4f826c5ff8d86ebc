using Orchestrator.TestKit.Processes;

namespace Orchestrator.TestKit.RealVms;

/// <summary>A real QEMU under TCG with a real Linux and the real qemu-ga in it. Disposing kills it and removes its directory.</summary>
public sealed class RealVm : IAsyncDisposable
{
    private readonly string _ownedDirectory;

    private RealVm(RealVmOptions options, ChildProcess process, string directory, string ownedDirectory)
    {
        Options = options;
        Process = process;
        Directory = directory;
        _ownedDirectory = ownedDirectory;
    }

    /// <summary>What the VM was started with.</summary>
    public RealVmOptions Options { get; }

    /// <summary>QEMU itself, no wrapper: its id is the VM's.</summary>
    public ChildProcess Process { get; }

    /// <summary>The VM's own directory, as the --vm-dir layout has it.</summary>
    public string Directory { get; }

    /// <summary>The monitor's socket; listens once <see cref="StartAsync"/> has returned.</summary>
    public string QmpSocketPath => Path.Combine(Directory, "qmp.sock");

    /// <summary>The agent's socket; QEMU listens on it from the start, the agent behind it answers after the boot.</summary>
    public string AgentSocketPath => Path.Combine(Directory, "qga.sock");

    /// <summary>A second monitor, which no product looks for: tests watch and act on it behind the product's back.</summary>
    public string TestMonitorPath => Path.Combine(Directory, "test.sock");

    /// <summary>The socket on which a VM with <see cref="RealVmOptions.Incoming"/> of <see cref="IncomingUri"/> awaits its guest.</summary>
    public string IncomingPath => Path.Combine(Directory, "in.sock");

    /// <summary>What a migration to this VM is told as its <c>uri</c>.</summary>
    public string IncomingUri => "unix:" + IncomingPath;

    /// <summary>What kernel and init wrote so far, over all boots of this QEMU.</summary>
    public string Console => File.Exists(ConsolePath) ? File.ReadAllText(ConsolePath) : "";

    /// <summary>The image of its disk, if it has one; a destination shares it.</summary>
    public string? DiskPath => Options.WithDisk ? Options.DiskPath ?? Path.Combine(Directory, "data.img") : null;

    private string ConsolePath => Path.Combine(Directory, "console.log");

    /// <summary>Starts a VM and returns when its monitors answer; the guest boots on.</summary>
    /// <exception cref="InvalidOperationException">The guest cannot be built or QEMU ended; the message has the program's own words.</exception>
    public static async Task<RealVm> StartAsync(RealVmOptions options)
    {
        var guest = await DemoGuest.GetAsync();
        var parent = options.Directory ?? TemporaryDirectory.Create();
        var directory = Path.Combine(parent, options.Name);
        var owned = options.Directory is null ? parent : directory;
        ListeningSocket.Prepare(Path.Combine(directory, "qmp.sock"));
        ListeningSocket.Prepare(Path.Combine(directory, "qga.sock"));
        ListeningSocket.Prepare(Path.Combine(directory, "test.sock"));

        var process = ChildProcess.StartWith(options.Launcher, Path.Combine(guest.ScriptsDirectory, "boot-vm.sh"), Arguments(options, guest, parent, directory));
        var vm = new RealVm(options, process, directory, owned);
        try
        {
            // QEMU listens and greets before it has looked at all its arguments; that it executes a command says it runs.
            await ListeningSocket.AppearsAsync(vm.TestMonitorPath, process);
            await ListeningSocket.ExecutesAsync(vm.TestMonitorPath, process);
            return vm;
        }
        catch
        {
            await vm.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the guest's init has started the agent. Watches the console, so both sockets stay free for the test.</summary>
    /// <exception cref="TimeoutException">The guest is not up in time; the message has its console.</exception>
    public async Task BootedAsync(TimeSpan within)
    {
        try
        {
            await Eventually.TrueAsync(() => { Process.ThrowIfExited(); return Console.Contains(" is up after "); }, within, $"{Options.Name} is up");
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message} Its console: {Console}", late);
        }
    }

    /// <summary>Suspends QEMU itself (SIGSTOP): both sockets stay open and silent.</summary>
    public void Suspend() => Process.Send(Signal.Stop);

    /// <summary>Ends <see cref="Suspend"/>; replies that were due arrive late.</summary>
    public void Continue() => Process.Send(Signal.Continue);

    /// <summary>Kills QEMU as a crash does and leaves the directory with its dead sockets.</summary>
    public Task KillAsync() => Process.KillAsync();

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        TemporaryDirectory.Delete(_ownedDirectory);
    }

    private static List<string> Arguments(RealVmOptions options, DemoGuest guest, string parent, string directory)
    {
        List<string> arguments =
        [
            "--guest", guest.Directory, "--uuid", options.Uuid.ToString(), "--memory", $"{options.MemoryMiB}", "--append", options.KernelArguments,
        ];
        if (options.WithDisk)
            arguments.AddRange(["--disk", options.DiskPath ?? Path.Combine(directory, "data.img")]);
        if (!options.PortHasId)
            arguments.Add("--no-port-id");
        if (options.Remote is { } remote)
            arguments.AddRange(["--agent", remote.AgentChardev]);
        List<string> incoming = options.Incoming is { } uri ? ["-incoming", uri] : [];
        return [.. arguments, parent, options.Name, "--", "-qmp", $"unix:{directory}/test.sock,server=on,wait=off", .. incoming, .. options.Remote?.QemuArguments ?? [], .. options.ExtraQemuArguments];
    }
}
