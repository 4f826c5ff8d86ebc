using System.Net.Sockets;
using System.Text.Json;
using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Transport;
using Orchestrator.Protocol.Transport.Loop;
using Orchestrator.TestKit;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Protocol.Tests.Agent;

/// <summary>A guest that was migrated with a command outstanding that QEMU had, or had not, read from its socket.</summary>
public sealed class AgentSessionUndeliveredTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly EncodedCommand Start = EncodedCommand.ForGuest("guest-exec", JsonElement.Parse("""{"path":"/bin/true"}"""));
    private readonly string _directory = Directory.CreateTempSubdirectory("orc-").FullName;
    private readonly AgentTest _heir = new(new AgentSessionOptions { IsHeir = true });
    private readonly TaskReplyReceiver _receiver = new();
    private readonly SocketLoop _loop = new("vms");
    private Socket _peer = null!;
    private FakeAgent _agent = null!;
    private Stream _stream = null!;
    private AgentSession _session = null!;

    public async Task InitializeAsync()
    {
        var path = Path.Combine(_directory, "s");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        _stream = await _loop.ConnectAsync(new Endpoint.Unix(path), CancellationToken.None);
        _peer = await listener.AcceptAsync();
        _agent = new FakeAgent(new NetworkStream(_peer, ownsSocket: true));
        _session = AgentSession.Attach(_stream, new AgentSessionOptions(), _heir, _heir.Time);
        _session.BeginSynchronize();
        await _agent.SynchronizeAsync();
        await Eventually.TrueAsync(() => _session.State == AgentSessionState.Ready, Limit, "the session is ready");
    }

    public async Task DisposeAsync()
    {
        await _session.DisposeAsync();
        await _heir.DisposeAsync();
        _peer.Dispose();
        _loop.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task What_QEMU_has_not_read_when_the_guest_is_gone_was_not_written()
    {
        await BeginAsync(Start);
        _heir.Session.Inherit(_session);
        Assert.Equal((NoReplyCause.Migrated, false), await EndAsync());
    }

    [Fact]
    public async Task What_QEMU_has_read_may_have_run()
    {
        await BeginAsync(Start);
        await _agent.ReadCommandAsync("guest-exec");
        _heir.Session.Inherit(_session);
        Assert.Equal((NoReplyCause.Migrated, true), await EndAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task QEMU_that_is_ended_before_it_has_read_the_command_has_not_passed_it_on(bool isRead)
    {
        _session.Name(_heir.Session);
        await BeginAsync(Start);
        if (isRead)
            await _agent.ReadCommandAsync("guest-exec");
        _peer.Dispose();
        await _session.Completion.WaitAsync(Limit, TimeProvider.System);
        Assert.Equal((NoReplyCause.Migrated, isRead), await EndAsync());
    }

    /// <summary>It may have been read but for its line end, which no agent waits for.</summary>
    [Fact]
    public async Task Long_command_that_may_be_read_in_parts_may_have_run()
    {
        await BeginAsync(EncodedCommand.ForGuest("guest-exec", JsonElement.Parse($$"""{"path":"/bin/true","arg":["{{new string('x', 5000)}}"]}""")));
        _heir.Session.Inherit(_session);
        Assert.Equal((NoReplyCause.Migrated, true), await EndAsync());
    }

    [Fact]
    public async Task Heir_that_is_lost_before_its_synchronization_says_the_same()
    {
        await BeginAsync(Start);
        _heir.Session.Inherit(_session);
        _heir.Connection.Reset();
        Assert.Equal((NoReplyCause.Migrated, false), await ResultAsync());
    }

    [Fact]
    public async Task Answer_that_comes_all_the_same_is_the_answer()
    {
        await BeginAsync(Start);
        _heir.Session.Inherit(_session);
        var command = await _agent.ReadCommandAsync("guest-exec");
        await _heir.Agent.ReturnAsync(command, """{"pid": 7}""");
        Assert.IsType<CommandResult.Returned>(await _receiver.Task.WaitAsync(Limit, TimeProvider.System));
    }

    /// <summary>The other machine may take its time; the agent's answer to the synchronization comes first.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Other_machine_that_relays_tells_what_QEMU_has_read(bool isUnread)
    {
        var agent = FakeAgent.InMemory(out var connection);
        var answer = new TaskCompletionSource<bool>();
        await using var session = AgentSession.Attach(new RelayedStream(connection.Client, _ => answer.Task), new AgentSessionOptions(), _heir, _heir.Time);
        session.BeginSynchronize();
        await agent.SynchronizeAsync();
        await Eventually.TrueAsync(() => session.State == AgentSessionState.Ready, Limit, "the session over the relay is ready");
        session.Begin(Start, Limit, _receiver);

        _heir.Session.Inherit(session);
        _heir.Session.BeginSynchronize();
        await _heir.Agent.SynchronizeAsync();
        await Eventually.TrueAsync(() => _heir.Session.State == AgentSessionState.Ready, Limit, "the heir is ready");
        Assert.False(_receiver.Task.IsCompleted);
        answer.SetResult(isUnread);

        Assert.Equal((NoReplyCause.Migrated, !isUnread), await ResultAsync());
    }

    private async Task BeginAsync(EncodedCommand command)
    {
        _session.Begin(command, Limit, _receiver);
        await Eventually.TrueAsync(() => _peer.Available > 0, Limit, "it is written");
    }

    private async Task<(NoReplyCause, bool)> EndAsync()
    {
        _heir.Session.BeginSynchronize();
        await _heir.Agent.SynchronizeAsync();
        return await ResultAsync();
    }

    private async Task<(NoReplyCause, bool)> ResultAsync()
    {
        var lost = Assert.IsType<CommandResult.NoReply>(await _receiver.Task.WaitAsync(Limit, TimeProvider.System));
        return (lost.Cause, lost.Written);
    }
}
