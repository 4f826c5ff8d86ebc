using System.Text.Json;
using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Agent.Composites;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Agent.Files;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Transport;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Processes;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.Sessions;

/// <summary>The product's agent session against the real qemu-ga, beside the tests.</summary>
public sealed class AgentSessionRealTests : IAsyncLifetime
{
    private const int StreamCap = 16 * 1024 * 1024;
    private static readonly TimeSpan Limit = ConnectedAgent.Limit;

    private readonly RealVmDirectory _directory = new();
    private RealAgent _agent = null!;

    private string SocketPath => Path.Combine(_directory.Path, "qga.sock");

    public async Task InitializeAsync() => _agent = await RealAgent.StartAsync(SocketPath);

    public async Task DisposeAsync()
    {
        await _agent.DisposeAsync();
        await _directory.DisposeAsync();
    }

    [Fact]
    public async Task Agent_synchronizes_past_its_stray_error_and_echoes_ids()
    {
        await using var agent = await ConnectedAgent.ConnectAsync(SocketPath);

        Assert.Equal(1, agent.Session.DroppedFrames);
        Assert.Equal("{}", (await agent.ValueAsync("guest-ping")).GetRawText());
        Assert.False(string.IsNullOrEmpty((await agent.ValueAsync("guest-get-osinfo")).GetProperty("kernel-release").GetString()));
    }

    [Fact]
    public async Task Twenty_megabytes_of_output_are_cut_at_the_agents_cap_and_say_so()
    {
        await using var agent = await ConnectedAgent.ConnectAsync(SocketPath);
        var start = GuestExecution.Encode(new ExecSpec { Argv = ["head", "-c", "20000000", "/dev/zero"] });

        var status = Assert.IsType<ExecResult.Exited>(await GuestExecution.RunAsync(agent, start, Limit, TimeProvider.System)).Status;

        Assert.Equal((0, StreamCap, true), (status.ExitCode, status.Stdout.Length, status.StdoutTruncated));
        Assert.Equal("{}", (await agent.ValueAsync("guest-ping")).GetRawText());
    }

    [Fact]
    public async Task Killed_program_has_a_signal_and_no_exit_code_and_its_input_arrives()
    {
        await using var agent = await ConnectedAgent.ConnectAsync(SocketPath);
        var start = GuestExecution.Encode(new ExecSpec { Argv = ["sh", "-c", "cat; kill -9 $$"], Input = "input"u8.ToArray() });

        var status = Assert.IsType<ExecResult.Exited>(await GuestExecution.RunAsync(agent, start, Limit, TimeProvider.System)).Status;

        Assert.Equal((null, 9), (status.ExitCode, status.Signal));
        Assert.Equal("input"u8.ToArray(), status.Stdout.ToArray());
    }

    [Fact]
    public async Task File_read_of_48_MiB_in_one_answer_arrives_whole()
    {
        const int count = 48 * 1024 * 1024;
        await using var agent = await ConnectedAgent.ConnectAsync(SocketPath);
        var handle = (await agent.ValueAsync("guest-file-open", """{"path":"/dev/zero"}""")).GetInt64();

        var answer = await agent.ValueAsync("guest-file-read", $$"""{"handle":{{handle}},"count":{{count}}}""");

        Assert.Equal(count, answer.GetProperty("count").GetInt32());
        Assert.Equal(count, answer.GetProperty("buf-b64").GetBytesFromBase64().Length);
        await agent.ValueAsync("guest-file-close", $$"""{"handle":{{handle}}}""");
    }

    [Fact]
    public async Task Answer_beyond_the_sessions_limit_fails_alone_and_the_next_command_works()
    {
        var observer = new AgentObserver();
        await using var session = await AgentSession.ConnectAsync(
            new Endpoint.Unix(SocketPath), new AgentSessionOptions { MaxReplyBytes = 1_000_000 }, observer, TimeProvider.System, CancellationToken.None);
        session.BeginSynchronize();
        await Eventually.TrueAsync(() => session.State == AgentSessionState.Ready, Limit, "the session is ready");
        var opened = Assert.IsType<CommandResult.Returned>(await ExecuteAsync(session, "guest-file-open", """{"path":"/dev/zero"}"""));
        var handle = JsonElement.Parse(opened.Value.Span).GetInt64();

        var read = await ExecuteAsync(session, "guest-file-read", $$"""{"handle":{{handle}},"count":8388608}""");

        Assert.Equal(ViolationKind.TooLarge, Assert.IsType<CommandResult.Violated>(read).Violation.Kind);
        session.BeginSynchronize();
        await Eventually.TrueAsync(() => session.State == AgentSessionState.Ready, Limit, "the session is ready again");
        Assert.IsType<CommandResult.Returned>(await ExecuteAsync(session, "guest-ping", "{}"));
    }

    [Fact]
    public async Task File_view_closes_its_handle()
    {
        await using var agent = await ConnectedAgent.ConnectAsync(SocketPath);
        var path = Path.Combine(_directory.Path, "file");
        await File.WriteAllBytesAsync(path, new byte[(2 * 1024 * 1024) + 5]);

        var (contents, eof, failure) = await GuestFileView.ReadAsync(new AgentTurns(agent, Limit, TimeProvider.System), path, GuestFileView.MaxBytes);

        Assert.Equal(((2 * 1024 * 1024) + 5, true, null), (contents.Length, eof, failure));
        var command = EncodedCommand.ForGuest("guest-file-close", JsonElement.Parse("""{"handle":1000}"""));
        Assert.IsType<CommandResult.Refused>(await agent.ExecuteAsync(command, Limit));
    }

    [Fact]
    public async Task Suspended_agents_late_answer_belongs_to_the_old_command()
    {
        await using var agent = await ConnectedAgent.ConnectAsync(SocketPath);
        var name = EncodedCommand.ForGuest("guest-get-host-name");
        _agent.Process.Send(Signal.Stop);

        var silence = await agent.ExecuteAsync(name, TimeSpan.FromMilliseconds(200));
        _agent.Process.Send(Signal.Continue);
        await Eventually.TrueAsync(() => agent.Observer.LateReplies.Count == 1, Limit, "the late answer has come");
        await agent.SynchronizeAsync();

        Assert.Equal((NoReplyCause.DeadlinePassed, true), silence is CommandResult.NoReply none ? (none.Cause, none.Written) : default);
        var late = Assert.Single(agent.Observer.LateReplies);
        Assert.Same(name, late.Command);
        Assert.IsType<CommandResult.Returned>(late.Result);
        Assert.Equal("{}", (await agent.ValueAsync("guest-ping")).GetRawText());
    }

    private static Task<CommandResult> ExecuteAsync(AgentSession session, string name, string arguments)
    {
        var receiver = new TaskReplyReceiver();
        session.Begin(EncodedCommand.ForGuest(name, JsonElement.Parse(arguments)), Limit, receiver);
        return receiver.Task;
    }
}
