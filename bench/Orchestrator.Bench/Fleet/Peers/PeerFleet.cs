using System.Collections.Concurrent;
using Orchestrator.Bench.Processes;

namespace Orchestrator.Bench.Fleet.Peers;

/// <summary>
/// Processes of this machine as the far side: a real guest agent and a real QMP server per VM.
/// QEMU's storage daemon stands for QEMU as a QMP server because it costs 2.4 MB instead of a guest.
/// </summary>
/// <param name="directory">Their files.</param>
/// <param name="count">How many of each.</param>
/// <param name="runsPrograms">Whether the agents run programs, on this machine and as this user.</param>
public sealed class PeerFleet(FleetDirectory directory, int count, bool runsPrograms = false) : IPeers
{
    private const int StartsAtOnce = 16;
    private const string Exec = "guest-exec";
    private static readonly TimeSpan SocketPoll = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan SocketPatience = TimeSpan.FromSeconds(60);

    // The agents are real and act on this machine: whatever could change it is switched off in them.
    private static readonly string[] BlockedCommands =
    [
        "guest-shutdown", "guest-suspend-disk", "guest-suspend-ram", "guest-suspend-hybrid", "guest-set-time", "guest-set-vcpus",
        "guest-set-user-password", "guest-set-memory-blocks", "guest-fsfreeze-freeze", "guest-fsfreeze-freeze-list", "guest-fstrim",
        Exec, "guest-file-open", "guest-ssh-add-authorized-keys", "guest-ssh-remove-authorized-keys",
    ];

    private readonly ConcurrentBag<ChildProcess> _processes = [];

    /// <summary>Starts all peers, a bounded number at a time, and returns when every socket is there.</summary>
    /// <exception cref="BenchException">A peer ended or has no socket after a minute; the message has its own words.</exception>
    public async Task StartAsync(CancellationToken cancel)
    {
        var agent = Executable.Find("qemu-ga", "qemu-guest-agent");
        var limit = new ParallelOptions { MaxDegreeOfParallelism = StartsAtOnce, CancellationToken = cancel };
        await Parallel.ForEachAsync(FleetNames.First(count), limit, async (vm, stop) =>
        {
            CreateDirectories(vm);
            await StartAsync(agent, AgentArguments(vm), vm, directory.QgaSocket(vm), stop);
            await StartMonitorAsync(vm, stop);
        });
    }

    /// <summary>Starts a QMP server alone, for a VM whose agent is somebody else's.</summary>
    /// <exception cref="BenchException">It ended or has no socket after a minute; the message has its own words.</exception>
    public async Task StartMonitorAsync(string vm, CancellationToken cancel)
    {
        CreateDirectories(vm);
        var monitor = Executable.Find("qemu-storage-daemon", "qemu-system-common");
        await StartAsync(monitor, MonitorArguments(vm), vm, directory.QmpSocket(vm), cancel);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
            process.Kill();
        await Task.WhenAll(_processes.Select(process => process.DisposeAsync().AsTask()));
    }

    private void CreateDirectories(string vm)
    {
        Directory.CreateDirectory(Path.Combine(directory.VmDirectory, vm));
        Directory.CreateDirectory(directory.StateOf(vm));
    }

    // -r: the agent outlives its clients; without it the first one to leave may end it.
    private string[] AgentArguments(string vm) =>
    [
        "-m", "unix-listen", "-r", "-p", directory.QgaSocket(vm), "-t", directory.StateOf(vm),
        "-f", Path.Combine(directory.StateOf(vm), "pid"), "-b", string.Join(',', BlockedCommands.Where(command => !runsPrograms || command != Exec)),
    ];

    private string[] MonitorArguments(string vm) =>
        ["--chardev", $"socket,path={directory.QmpSocket(vm)},server=on,wait=off,id=m", "--monitor", "chardev=m"];

    private async Task StartAsync(string program, string[] arguments, string vm, string socket, CancellationToken cancel)
    {
        var log = Path.Combine(directory.StateOf(vm), Path.GetFileName(program) + ".log");
        var process = ChildProcess.Start(program, arguments, log);
        _processes.Add(process);
        var started = TimeProvider.System.GetTimestamp();
        while (!File.Exists(socket))
        {
            if (process.HasExited)
                throw new BenchException($"{Path.GetFileName(program)} of {vm} ended: {process.LogTail()}");
            if (TimeProvider.System.GetElapsedTime(started) > SocketPatience)
                throw new BenchException($"{Path.GetFileName(program)} of {vm} made no socket within {SocketPatience.TotalSeconds} s");
            await Task.Delay(SocketPoll, TimeProvider.System, cancel);
        }
    }
}
