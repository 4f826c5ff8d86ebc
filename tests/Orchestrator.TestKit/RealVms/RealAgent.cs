using Orchestrator.TestKit.Processes;

namespace Orchestrator.TestKit.RealVms;

/// <summary>
/// A real qemu-ga on a unix socket, without a VM (about 0.4 MB), started again whenever it ends, as an init system does.
/// It acts on the machine that runs the test, so every command that could harm that machine is blocked and answers
/// CommandNotFound "has been disabled".
/// </summary>
public sealed class RealAgent : IAsyncDisposable
{
    // On unix-listen qemu-ga ends when a client leaves with replies unread. Its own remedy, -r, refuses everybody for 5 s and then
    // aborts on the next client (7.2.22), so a loop restarts it. An agent that fails before it ever listened is not restarted.
    private const string Restarting = """socket=$1; shift; while "$@"; code=$?; [ -S "$socket" ]; do sleep 0.02; done; exit $code""";

    private readonly string _stateDirectory;

    private RealAgent(ChildProcess process, string socketPath, string stateDirectory)
    {
        Process = process;
        SocketPath = socketPath;
        _stateDirectory = stateDirectory;
    }

    /// <summary>Commands that no agent started here executes: they would freeze, stop or change the test's own machine.</summary>
    public static IReadOnlyList<string> BlockedCommands { get; } =
    [
        "guest-shutdown", "guest-suspend-disk", "guest-suspend-ram", "guest-suspend-hybrid", "guest-set-time", "guest-set-user-password",
        "guest-set-vcpus", "guest-set-memory-blocks", "guest-fsfreeze-freeze", "guest-fsfreeze-freeze-list", "guest-fsfreeze-thaw", "guest-fstrim",
        "guest-ssh-add-authorized-keys", "guest-ssh-remove-authorized-keys",
    ];

    /// <summary>The agent with its restarting shell: suspend, continue or kill both with <see cref="ChildProcess.Send"/>.</summary>
    public ChildProcess Process { get; }

    /// <summary>Where the agent listens, for one client at a time.</summary>
    public string SocketPath { get; }

    /// <summary>Starts an agent and returns when it listens.</summary>
    /// <param name="socketPath">At most 107 bytes; its directory is created. A killed agent's path can be used again, handle numbers then go on.</param>
    /// <param name="alsoBlocked">Commands to block besides <see cref="BlockedCommands"/>.</param>
    /// <exception cref="FileNotFoundException">qemu-ga is not installed; the message has the command that installs it.</exception>
    public static Task<RealAgent> StartAsync(string socketPath, params string[] alsoBlocked) => StartWithAsync([], socketPath, alsoBlocked);

    /// <summary>The same through another program, as <see cref="ChildProcess.StartWith"/> does it.</summary>
    public static async Task<RealAgent> StartWithAsync(IReadOnlyList<string> launcher, string socketPath, params string[] alsoBlocked)
    {
        var program = RequiredTool.Find("qemu-ga", "qemu-guest-agent");
        ListeningSocket.Prepare(socketPath);
        var state = socketPath + ".state";
        Directory.CreateDirectory(state);

        var blocked = string.Join(',', BlockedCommands.Concat(alsoBlocked));
        string[] arguments = ["-c", Restarting, "sh", socketPath, program, "-m", "unix-listen", "-p", socketPath, "-t", state, "-b", blocked];
        var agent = new RealAgent(ChildProcess.StartWith(launcher, "/bin/sh", arguments), socketPath, state);
        try
        {
            await ListeningSocket.AppearsAsync(socketPath, agent.Process);
            return agent;
        }
        catch
        {
            await agent.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        File.Delete(SocketPath);
        TemporaryDirectory.Delete(_stateDirectory);
    }
}
