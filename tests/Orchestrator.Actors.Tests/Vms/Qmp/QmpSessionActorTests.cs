using System.Text;
using Akka.Actor;
using Akka.TestKit;
using Orchestrator.Actors.Tests.Vms.Agent;
using Orchestrator.Actors.Vms;
using Orchestrator.Actors.Vms.Qmp;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Transport;
using Orchestrator.TestKit;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Actors.Tests.Vms.Qmp;

public sealed class QmpSessionActorTests : ActorTest, IAsyncLifetime
{
    private readonly SocketDirectory _directory = new();
    private readonly TestProbe _vm;
    private PeerSocket<FakeQmpServer>? _socket;
    private IActorRef _session = ActorRefs.Nobody;

    public QmpSessionActorTests() => _vm = CreateTestProbe();

    private string Path => _directory.File("qmp.sock");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_socket is not null)
            await _socket.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_greeted_and_negotiated_session_is_attached()
    {
        await AttachAsync();
    }

    [Fact]
    public async Task Commands_are_answered_and_events_passed_on()
    {
        var connection = await AttachAsync();
        var status = Execute("query-status");
        var command = await connection.NextAsync("query-status");
        await connection.Peer.EventAsync("STOP");
        await connection.Peer.ReturnAsync(command, """{"status": "paused"}""");

        var returned = Assert.IsType<CommandResult.Returned>(await status.ResultAsync());
        Assert.Equal("""{"status":"paused"}""", Encoding.UTF8.GetString(returned.Value.Span));
        Assert.Equal("STOP", (await _vm.ExpectMsgAsync<QmpEvents.Happened>()).Event.Name);
    }

    [Fact]
    public async Task Without_a_session_commands_are_not_sent()
    {
        Start();
        var detached = await _vm.ExpectMsgAsync<QmpEvents.Detached>();
        Assert.Contains(Path, detached.Cause, StringComparison.Ordinal);
        Assert.False(detached.MonitorBusy);

        Assert.Equal((NoReplyCause.NotReady, false), await Execute("query-status").NoReplyAsync());
    }

    [Fact]
    public async Task Failed_attempts_are_repeated_ever_less_often()
    {
        Start();
        foreach (var pause in new[] { 0.2, 0.4, 0.8, 1.6, 3.2, 5, 5 })
        {
            await _vm.ExpectMsgAsync<QmpEvents.Detached>();
            Advance(pause - 0.001);
            await SettleAsync(_session);
            Assert.False(_vm.HasMessages);
            Advance(0.001);
        }
        await _vm.ExpectMsgAsync<QmpEvents.Detached>();
    }

    [Fact]
    public async Task A_lost_session_is_told_and_attached_again()
    {
        var connection = await AttachAsync();
        var outstanding = Execute("query-status");
        await connection.NextAsync("query-status");

        _socket!.Cut();

        Assert.Equal((NoReplyCause.ConnectionLost, true), await outstanding.NoReplyAsync());
        await _vm.ExpectMsgAsync<QmpEvents.Detached>();
        Advance(0.2);
        await _socket.AcceptAsync();
        await _vm.ExpectMsgAsync<QmpEvents.Attached>();
    }

    [Fact]
    public async Task A_monitor_that_does_not_greet_is_busy()
    {
        await using var silent = FakeQmpServer.Listen(Path, server => server.ClosedAsync());
        Start();
        await Eventually.TrueAsync(() => silent.Connections == 1, Limit, "the session has connected");
        await SettleAsync(_session);

        var detached = await AdvanceUntilAsync(_vm.ExpectMsgAsync<QmpEvents.Detached>().AsTask(), step: 1);

        Assert.True(detached.MonitorBusy);
    }

    [Fact]
    public async Task A_session_that_ends_right_after_its_negotiation_is_made_anew()
    {
        await using var hasty = FakeQmpServer.Listen(Path, server => server.HandshakeAsync());
        Start();
        for (var round = 0; round < 100; round++)
        {
            await _vm.FishForMessageAsync(message => message is QmpEvents.Detached, Limit);
            Advance(5);
        }
    }

    [Fact]
    public async Task Stopping_closes_the_connection_and_ends_what_is_outstanding()
    {
        var connection = await AttachAsync();
        var outstanding = Execute("query-status");
        await connection.NextAsync("query-status");

        Sys.Stop(_session);

        Assert.Equal((NoReplyCause.ConnectionLost, true), await outstanding.NoReplyAsync());
        await connection.Closed.WaitAsync(Limit, TimeProvider.System);
    }

    [Fact]
    public async Task A_session_negotiated_while_the_actor_stops_is_closed()
    {
        Start();
        await _vm.ExpectMsgAsync<QmpEvents.Detached>();
        var negotiate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var listener = FakeQmpServer.Listen(Path, async server =>
        {
            await negotiate.Task;
            await server.HandshakeAsync();
            await server.ClosedAsync();
            closed.TrySetResult();
        });
        Advance(0.2);
        await Eventually.TrueAsync(() => listener.Connections == 1, Limit, "the session has connected");
        var mailbox = ((ActorRefWithCell)_session).Underlying;
        mailbox.Suspend();
        negotiate.SetResult();
        await Eventually.TrueAsync(() => mailbox.NumberOfMessages == 1, Limit, "the session lies in the mailbox");

        Sys.Stop(_session);

        await closed.Task.WaitAsync(Limit, TimeProvider.System);
    }

    private async Task<PeerConnection<FakeQmpServer>> AttachAsync()
    {
        _socket = new PeerSocket<FakeQmpServer>(Path, stream => new FakeQmpServer(stream), (_, _) => Task.FromResult(false));
        Start();
        var connection = await _socket.AcceptAsync();
        Assert.Equal("7.2.22", (await _vm.ExpectMsgAsync<QmpEvents.Attached>()).Greeting.Version);
        return connection;
    }

    private void Start() => _session = _vm.ChildActorOf(QmpSessionActor.PropsFor(new Endpoint.Unix(Path), new VmSettings { Time = Time }));

    private ReplyRecorder Execute(string name)
    {
        var recorder = new ReplyRecorder();
        _session.Tell(new QmpCommands.Execute(EncodedCommand.ForQmp(name), Deadline.After(TimeSpan.FromSeconds(10), Time), recorder));
        return recorder;
    }
}
