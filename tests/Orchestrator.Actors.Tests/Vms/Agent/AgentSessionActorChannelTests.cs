using Akka.Actor;
using Orchestrator.Actors.Vms;
using Orchestrator.Actors.Vms.Agent;
using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Commands;
using Orchestrator.TestKit;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Actors.Tests.Vms.Agent;

public sealed class AgentSessionActorChannelTests : AgentSessionTest
{
    [Fact]
    public async Task Nobody_listens_is_told_once_and_tried_again()
    {
        StartSession();
        var absent = await ExpectAsync(AgentState.Absent);
        Assert.Contains(Path, absent.Message, StringComparison.Ordinal);

        Listen();
        Advance(0.2);
        await Socket!.AcceptAsync();

        await ExpectAsync(AgentState.Connecting);
        await ExpectAsync(AgentState.Ready, newIncarnation: true);
    }

    [Fact]
    public async Task Connections_that_end_before_synchronization_are_repeated_ever_less_often()
    {
        Synchronizes = false;
        Listen();
        StartSession();
        foreach (var pause in new[] { 0.2, 0.4, 0.8, 1.6, 3.2, 5, 5 })
        {
            var connection = await Socket!.AcceptAsync();
            await connection.NextAsync("guest-sync-delimited");
            await ExpectAsync(AgentState.Connecting);
            var before = Socket.Connections;
            Socket.Cut();
            await ExpectAsync(AgentState.Absent);
            Advance(pause - 0.001);
            await SettleAsync(Session);
            Assert.Equal(before, Socket.Connections);
            Advance(0.001);
        }
        await Socket!.AcceptAsync();
    }

    [Fact]
    public async Task A_synchronized_connection_starts_the_back_off_anew()
    {
        var first = await StartReadyAsync();
        for (var round = 0; round < 5; round++)
        {
            Socket!.Cut();
            await ExpectAsync(AgentState.Absent);
            Advance(0.2);
            await Socket.AcceptAsync();
            await ExpectAsync(AgentState.Connecting);
            await ExpectAsync(AgentState.Ready, newIncarnation: true);
        }
        await first.Closed;
    }

    [Fact]
    public async Task A_connection_that_ended_before_it_was_taken_over_is_made_anew()
    {
        StartSession();
        await ExpectAsync(AgentState.Absent);
        await using var ended = AgentSession.Attach(Stream.Null, new AgentSessionOptions(), new SessionObserver(ActorRefs.Nobody, ActorRefs.Nobody, new GuestBudget(Settings.GuestLimits, Time), new ClaimAllowance(1, TimeSpan.FromSeconds(1), Time)), Time);
        await ended.Completion;
        Session.Tell(new AgentSignals.Connected(ended));
        await SettleAsync(Session);

        Listen();
        Advance(0.4);

        await Socket!.AcceptAsync();
    }

    [Fact]
    public async Task Synchronization_is_repeated_ever_less_often_with_other_numbers()
    {
        Synchronizes = false;
        Listen();
        StartSession();
        var connection = await Socket!.AcceptAsync();
        var numbers = new HashSet<string>();
        foreach (var pause in new[] { 1.0, 2, 4, 8, 16, 30, 30 })
        {
            numbers.Add(FakeAgent.NumberOf(await connection.NextAsync("guest-sync-delimited")));
            Advance(pause - 0.001);
            await SettleAsync(Session);
            Assert.False(connection.HasNext);
            Advance(0.001);
        }
        var last = await connection.NextAsync("guest-sync-delimited");
        await connection.Peer.AnswerSynchronizationAsync(last);

        await ExpectAsync(AgentState.Connecting);
        await ExpectAsync(AgentState.Unresponsive);
        await ExpectAsync(AgentState.Ready, newIncarnation: true);
        Assert.Equal(7, numbers.Count);
    }

    [Fact]
    public async Task Only_the_newest_number_synchronizes()
    {
        Synchronizes = false;
        Listen();
        StartSession();
        var connection = await Socket!.AcceptAsync();
        var first = await connection.NextAsync("guest-sync-delimited");
        Advance(1);
        var second = await connection.NextAsync("guest-sync-delimited");
        await ExpectAsync(AgentState.Connecting);

        await connection.Peer.AnswerSynchronizationAsync(first);
        var waiting = Execute("guest-ping");
        await connection.Peer.AnswerSynchronizationAsync(second);

        await ExpectAsync(AgentState.Ready, newIncarnation: true);
        await connection.Peer.ReturnAsync(await connection.NextAsync("guest-ping"));
        Assert.IsType<CommandResult.Returned>(await waiting.ResultAsync());
    }

    [Fact]
    public async Task Commands_wait_for_synchronization_until_patience_ends()
    {
        Synchronizes = false;
        Listen();
        StartSession();
        var connection = await Socket!.AcceptAsync();
        await connection.NextAsync("guest-sync-delimited");
        var waiting = Execute("guest-ping");
        await SettleAsync(Session);
        Advance(4.999);
        await SettleAsync(Session);
        Assert.False(waiting.IsEnded);

        Advance(0.001);

        await ExpectAsync(AgentState.Connecting);
        var silent = await ExpectAsync(AgentState.Unresponsive);
        Assert.Contains("5 s", silent.Message, StringComparison.Ordinal);
        Assert.Equal((NoReplyCause.NotReady, false), await waiting.NoReplyAsync());
        Assert.Equal((NoReplyCause.NotReady, false), await Execute("guest-ping").NoReplyAsync());
    }

    [Fact]
    public async Task A_closed_port_ends_what_waits_and_renews_the_connection()
    {
        var connection = await StartReadyAsync();
        var outstanding = Execute("guest-ping");
        await connection.NextAsync("guest-ping");
        var waiting = Execute("guest-get-users");

        SetPort(open: false);

        await ExpectAsync(AgentState.Absent);
        Assert.Equal((NoReplyCause.NotReady, false), await waiting.NoReplyAsync());
        Assert.Equal((NoReplyCause.AgentRestarted, true), await outstanding.NoReplyAsync());
        await connection.Closed.WaitAsync(Limit, TimeProvider.System);
        var anew = await Socket!.AcceptAsync();
        Assert.Equal((NoReplyCause.NotReady, false), await Execute("guest-ping").NoReplyAsync());
        Assert.False(anew.HasNext);

        SetPort(open: true);

        await ExpectAsync(AgentState.Connecting);
        await ExpectAsync(AgentState.Ready, newIncarnation: true);
    }

    [Fact]
    public async Task A_port_known_to_be_closed_is_not_written_to()
    {
        Synchronizes = false;
        StartSession();
        await ExpectAsync(AgentState.Absent);
        SetPort(open: false, fromEvent: false);
        await SettleAsync(Session);
        Listen();
        Advance(0.2);
        var connection = await Socket!.AcceptAsync();
        await SettleAsync(Session);

        SetPort(open: true, fromEvent: false);

        await connection.NextAsync("guest-sync-delimited");
        Assert.False(connection.HasNext);
    }

    [Fact]
    public async Task Open_again_without_close_is_a_restart()
    {
        var connection = await StartReadyAsync();
        var outstanding = Execute("guest-ping");
        await connection.NextAsync("guest-ping");

        SetPort(open: true);

        Assert.Equal((NoReplyCause.AgentRestarted, true), await outstanding.NoReplyAsync());
        await ExpectAsync(AgentState.Connecting);
        await ExpectAsync(AgentState.Ready, newIncarnation: true);
        Assert.Equal(1, Socket!.Connections);
    }

    [Fact]
    public async Task Open_as_an_answer_to_a_query_is_no_restart()
    {
        var connection = await StartReadyAsync();

        SetPort(open: true, fromEvent: false);
        var ping = Execute("guest-ping");
        await connection.Peer.ReturnAsync(await connection.NextAsync("guest-ping"));

        Assert.IsType<CommandResult.Returned>(await ping.ResultAsync());
        Assert.False(Vm.HasMessages);
    }

    [Fact]
    public async Task A_synchronization_of_before_a_restart_makes_nothing_ready()
    {
        Synchronizes = false;
        Listen();
        StartSession();
        var connection = await Socket!.AcceptAsync();
        var first = await connection.NextAsync("guest-sync-delimited");
        await ExpectAsync(AgentState.Connecting);
        await SettleAsync(Session);
        var mailbox = ((ActorRefWithCell)Session).Underlying;
        mailbox.Suspend();
        SetPort(open: true);
        await connection.Peer.AnswerSynchronizationAsync(first);
        await Eventually.TrueAsync(() => mailbox.NumberOfMessages == 2, Limit, "the answer lies in the mailbox");

        mailbox.Resume(null);
        var second = await connection.NextAsync("guest-sync-delimited");
        var waiting = Execute("guest-ping");
        await SettleAsync(Session);
        Assert.False(waiting.IsEnded);
        await connection.Peer.AnswerSynchronizationAsync(second);

        await ExpectAsync(AgentState.Ready, newIncarnation: true);
        await connection.NextAsync("guest-ping");
    }
}
