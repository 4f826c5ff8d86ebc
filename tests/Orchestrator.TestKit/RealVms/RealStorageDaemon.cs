using Orchestrator.TestKit.Processes;

namespace Orchestrator.TestKit.RealVms;

/// <summary>A real QMP server without a VM (about 2.4 MB): greeting, negotiation and QEMU's own parser, but no query-status and no guest.</summary>
public sealed class RealStorageDaemon : IAsyncDisposable
{
    private RealStorageDaemon(ChildProcess process, string socketPath)
    {
        Process = process;
        SocketPath = socketPath;
    }

    /// <summary>The daemon's process: suspend, continue or kill it with <see cref="ChildProcess.Send"/>.</summary>
    public ChildProcess Process { get; }

    /// <summary>Where the monitor listens, for one client at a time.</summary>
    public string SocketPath { get; }

    /// <summary>Starts a daemon and returns when it listens.</summary>
    /// <param name="socketPath">At most 107 bytes; its directory is created.</param>
    /// <param name="extraArguments">Appended to the command line, such as "--blockdev", "...".</param>
    /// <exception cref="FileNotFoundException">qemu-storage-daemon is not installed; the message has the command that installs it.</exception>
    public static Task<RealStorageDaemon> StartAsync(string socketPath, params string[] extraArguments) => StartWithAsync([], socketPath, extraArguments);

    /// <summary>The same through another program, as <see cref="ChildProcess.StartWith"/> does it.</summary>
    public static async Task<RealStorageDaemon> StartWithAsync(IReadOnlyList<string> launcher, string socketPath, params string[] extraArguments)
    {
        var program = RequiredTool.Find("qemu-storage-daemon", "qemu-system-common");
        ListeningSocket.Prepare(socketPath);
        string[] arguments = ["--chardev", $"socket,path={socketPath},server=on,wait=off,id=m", "--monitor", "chardev=m", .. extraArguments];
        var daemon = new RealStorageDaemon(ChildProcess.StartWith(launcher, program, arguments), socketPath);
        try
        {
            await ListeningSocket.AppearsAsync(socketPath, daemon.Process);
            return daemon;
        }
        catch
        {
            await daemon.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        File.Delete(SocketPath);
    }
}
