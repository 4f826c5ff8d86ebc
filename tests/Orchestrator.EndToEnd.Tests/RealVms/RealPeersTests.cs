using System.Net.Sockets;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Processes;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.RealVms;

public sealed class RealPeersTests
{
    private const string Ping = """{"execute":"guest-ping","id":"ping"}""";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Agent_answers_ping()
    {
        await using var directory = new RealVmDirectory();
        await using var peer = await RealAgent.StartAsync(Path.Combine(directory.Path, "qga.sock"));
        await using var agent = await RawPeer.ConnectAsync(peer.SocketPath);

        Assert.Equal("ping", (await agent.AskAsync(Ping)).GetProperty("id").GetString());
    }

    [Fact]
    public async Task Agent_comes_back_after_a_client_that_leaves_its_replies_unread()
    {
        await using var directory = new RealVmDirectory();
        await using var peer = await RealAgent.StartAsync(Path.Combine(directory.Path, "qga.sock"));
        await using (var rude = await RawPeer.ConnectAsync(peer.SocketPath))
            await rude.SendAsync(string.Join('\n', Enumerable.Repeat(Ping, 100)));

        // qemu-ga ends at the failed write, whoever waited at its socket is reset, and the next run listens there.
        await Eventually.TrueAsync(() => AnswersAsync(peer.SocketPath), Limit, "the agent answers a new client");

        Assert.False(peer.Process.HasExited);
    }

    [Fact]
    public async Task Agent_that_cannot_run_fails_with_its_own_words()
    {
        await using var directory = new RealVmDirectory();
        var taken = Path.Combine(directory.Path, "qga.sock");
        await File.WriteAllTextAsync(taken + ".state", "a file where the state directory belongs");

        await Assert.ThrowsAnyAsync<IOException>(() => RealAgent.StartAsync(taken));
    }

    [Fact]
    public async Task Agent_refuses_what_would_harm_the_machine_under_test()
    {
        await using var directory = new RealVmDirectory();
        await using var peer = await RealAgent.StartAsync(Path.Combine(directory.Path, "qga.sock"), "guest-get-users");
        await using var agent = await RawPeer.ConnectAsync(peer.SocketPath);

        var commands = (await agent.AskAsync("""{"execute":"guest-info"}""")).GetProperty("return").GetProperty("supported_commands");
        var enabled = commands.EnumerateArray().Where(c => c.GetProperty("enabled").GetBoolean()).Select(c => c.GetProperty("name").GetString()!).ToHashSet();

        Assert.Contains("guest-exec", enabled);
        Assert.Empty(enabled.Intersect([.. RealAgent.BlockedCommands, "guest-get-users"]));
    }

    [Fact]
    public async Task Killed_agent_can_be_started_again_on_the_same_path()
    {
        await using var directory = new RealVmDirectory();
        var path = Path.Combine(directory.Path, "qga.sock");
        await using var first = await RealAgent.StartAsync(path);
        await first.Process.KillAsync();

        await using var second = await RealAgent.StartAsync(path);
        await using var agent = await RawPeer.ConnectAsync(path);

        Assert.True(first.Process.HasExited);
        Assert.Equal("ping", (await agent.AskAsync(Ping)).GetProperty("id").GetString());
    }

    [Fact]
    public async Task Storage_daemon_greets_and_negotiates()
    {
        await using var directory = new RealVmDirectory();
        await using var daemon = await RealStorageDaemon.StartAsync(Path.Combine(directory.Path, "qmp.sock"));
        await using var monitor = await RawPeer.ConnectAsync(daemon.SocketPath);

        Assert.True((await monitor.ReadAsync()).TryGetProperty("QMP", out _));
        Assert.True((await monitor.AskAsync("""{"execute":"qmp_capabilities"}""")).TryGetProperty("return", out _));
    }

    [Fact]
    public async Task Vm_directory_has_two_sockets_per_pair_and_disappears_with_its_processes()
    {
        var directory = new RealVmDirectory();
        var peers = await directory.AddPeersAsync(8);
        var sockets = Directory.GetFiles(directory.Path, "*.sock", SearchOption.AllDirectories);

        await directory.DisposeAsync();

        Assert.Equal(16, sockets.Length);
        Assert.All(peers, pair => Assert.False(Directory.Exists($"/proc/{pair.Agent.Process.Id}") || Directory.Exists($"/proc/{pair.Monitor.Process.Id}")));
        Assert.False(Directory.Exists(directory.Path));
    }

    [Fact]
    public async Task Socket_path_beyond_the_systems_limit_is_refused_before_anything_starts()
    {
        var tooLong = Path.Combine(Path.GetTempPath(), new string('x', 120));

        var refusal = await Assert.ThrowsAsync<ArgumentException>(() => RealStorageDaemon.StartAsync(tooLong));

        Assert.Contains("107 bytes", refusal.Message);
    }

    [Fact]
    public void Missing_tool_is_named_with_the_command_that_installs_it()
    {
        var missing = Assert.Throws<FileNotFoundException>(() => RequiredTool.Find("no-such-tool", "some-package"));

        Assert.StartsWith("no-such-tool is not installed", missing.Message);
        Assert.EndsWith("apt-get install -y --no-install-recommends some-package", missing.Message);
    }

    [Fact]
    public async Task Program_that_fails_reports_its_exit_code_and_output()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => ChildProcess.RunAsync("/bin/sh", ["-c", "echo the reason >&2; exit 3"], Limit));

        Assert.Contains("exit code 3", failure.Message);
        Assert.EndsWith("the reason", failure.Message);
    }

    [Fact]
    public async Task Killing_a_suspended_process_ends_its_children_too()
    {
        var parent = ChildProcess.Start("/bin/sh", ["-c", "sleep 600 & echo $!; wait"]);
        await Eventually.TrueAsync(() => parent.Output.Length > 0, Limit, "the shell has told its child's id");
        var child = int.Parse(parent.Output);
        parent.Send(Signal.Stop);

        await parent.DisposeAsync();

        await Eventually.TrueAsync(() => !IsRunning(child), Limit, "the child is gone");
    }

    [Fact]
    public async Task Condition_that_never_holds_ends_with_what_was_awaited()
    {
        var late = await Assert.ThrowsAsync<TimeoutException>(() => Eventually.TrueAsync(() => false, TimeSpan.Zero, "pigs fly"));

        Assert.Contains("until pigs fly", late.Message);
    }

    private static async Task<bool> AnswersAsync(string path)
    {
        try
        {
            await using var agent = await RawPeer.ConnectAsync(path);
            return (await agent.AskAsync(Ping)).GetProperty("id").GetString() == "ping";
        }
        catch (Exception broken) when (broken is IOException or SocketException)
        {
            return false;
        }
    }

    // A killed orphan may stay a zombie where process 1 does not reap.
    private static bool IsRunning(int process)
    {
        var status = $"/proc/{process}/status";
        return File.Exists(status) && !File.ReadAllText(status).Contains("State:\tZ", StringComparison.Ordinal);
    }
}
