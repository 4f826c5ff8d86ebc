using Akka.Actor;
using Orchestrator.Actors.Vms;
using Orchestrator.Actors.Vms.Agent;
using Orchestrator.Protocol.Commands;
using Orchestrator.TestKit;

namespace Orchestrator.Actors.Tests.Vms.Agent;

public sealed class AgentSessionActorTurnsTests : AgentSessionTest
{
    [Fact]
    public async Task Commands_that_came_during_synchronization_are_answered_in_order()
    {
        Synchronizes = false;
        Listen();
        StartSession();
        var connection = await Socket!.AcceptAsync();
        var synchronization = await connection.NextAsync("guest-sync-delimited");
        string[] names = ["guest-ping", "guest-get-time", "guest-get-users"];
        var replies = names.Select(name => Execute(name)).ToArray();
        await SettleAsync(Session);

        await connection.Peer.AnswerSynchronizationAsync(synchronization);

        string[] values = ["{}", "5", "[]"];
        for (var turn = 0; turn < names.Length; turn++)
        {
            var command = await connection.NextAsync(names[turn]);
            Assert.False(connection.HasNext);
            await connection.Peer.ReturnAsync(command, values[turn]);
            var returned = Assert.IsType<CommandResult.Returned>(await replies[turn].ResultAsync());
            Assert.Equal(values[turn], System.Text.Encoding.UTF8.GetString(returned.Value.Span));
        }
    }

    [Fact]
    public async Task A_full_queue_turns_away_and_a_cancelled_place_is_free_again()
    {
        var connection = await StartReadyAsync();
        var outstanding = Execute("guest-ping");
        await connection.NextAsync("guest-ping");
        var waiting = Enumerable.Range(0, 4).Select(_ => Execute("guest-ping")).ToArray();

        Assert.Equal((NoReplyCause.QueueFull, false), await Execute("guest-ping").NoReplyAsync());
        Session.Tell(new AgentCommands.Cancel(waiting[1]));
        Assert.Equal((NoReplyCause.Cancelled, false), await waiting[1].NoReplyAsync());
        var inItsPlace = Execute("guest-ping");
        await SettleAsync(Session);

        Assert.All([outstanding, waiting[0], waiting[2], waiting[3], inItsPlace], reply => Assert.False(reply.IsEnded));
    }

    [Fact]
    public async Task A_written_command_cannot_be_cancelled()
    {
        var connection = await StartReadyAsync();
        var outstanding = Execute("guest-ping");
        var command = await connection.NextAsync("guest-ping");

        Session.Tell(new AgentCommands.Cancel(outstanding));
        await SettleAsync(Session);
        Assert.False(outstanding.IsEnded);
        await connection.Peer.ReturnAsync(command);

        Assert.IsType<CommandResult.Returned>(await outstanding.ResultAsync());
    }

    [Fact]
    public async Task A_deadline_passes_in_the_queue_and_the_command_is_never_sent()
    {
        var connection = await StartReadyAsync();
        var outstanding = Execute("guest-ping", seconds: 100);
        var command = await connection.NextAsync("guest-ping");
        var waiting = Execute("guest-get-time", seconds: 3);
        await SettleAsync(Session);

        Advance(3);

        Assert.Equal((NoReplyCause.DeadlinePassed, false), await waiting.NoReplyAsync());
        Assert.False(outstanding.IsEnded);
        await connection.Peer.ReturnAsync(command);
        await outstanding.ResultAsync();
        await SettleAsync(Session);
        Assert.False(connection.HasNext);
    }

    [Fact]
    public async Task Silence_is_told_and_ends_what_waits()
    {
        var connection = await StartReadyAsync();
        Synchronizes = false;
        var outstanding = Execute("guest-ping", seconds: 4);
        var unanswered = await connection.NextAsync("guest-ping");
        var waiting = Execute("guest-get-time");
        await SettleAsync(Session);

        Advance(3);
        await Vm.FishForMessageAsync(message => message is AgentEvents.Slow, Limit);
        Advance(1);

        Assert.Equal((NoReplyCause.DeadlinePassed, true), await outstanding.NoReplyAsync());
        await ExpectAsync(AgentState.Unresponsive);
        Assert.Equal((NoReplyCause.NotReady, false), await waiting.NoReplyAsync());

        // It wakes up: the late answer is told as such, then it is the agent it was.
        var synchronization = await connection.NextAsync("guest-sync-delimited");
        await connection.Peer.ReturnAsync(unanswered);
        await Vm.FishForMessageAsync(message => message is AgentEvents.LateReply { Command.Name: "guest-ping" }, Limit);
        await connection.Peer.AnswerSynchronizationAsync(synchronization);
        await ExpectAsync(AgentState.Ready);
        Assert.Single(outstanding.Results);
    }

    [Fact]
    public async Task A_broken_answer_fails_its_command_and_the_session_resynchronizes()
    {
        var connection = await StartReadyAsync();
        var outstanding = Execute("guest-ping");
        var waiting = Execute("guest-get-time");
        await connection.NextAsync("guest-ping");

        await connection.Peer.SendLineAsync("{]");

        var violated = Assert.IsType<CommandResult.Violated>(await outstanding.ResultAsync());
        Assert.Equal(ViolationKind.Malformed, violated.Violation.Kind);
        await connection.Peer.ReturnAsync(await connection.NextAsync("guest-get-time"), "7");
        Assert.IsType<CommandResult.Returned>(await waiting.ResultAsync());
    }

    [Fact]
    public async Task The_end_of_a_program_is_told_to_every_asker()
    {
        var connection = await StartReadyAsync();
        var first = Execute("guest-exec-status", arguments: """{"pid":7}""");
        var second = Execute("guest-exec-status", arguments: """{"pid":7}""");
        var running = Execute("guest-exec-status", arguments: """{"pid":8}""");
        await connection.Peer.ReturnAsync(await connection.NextAsync("guest-exec-status"), """{"exited": true, "exitcode": 3}""");

        Assert.Equal(await first.ResultAsync(), await second.ResultAsync());
        await connection.Peer.ReturnAsync(await connection.NextAsync("guest-exec-status"), """{"exited": false}""");
        await running.ResultAsync();

        // A program that runs is asked for again.
        Execute("guest-exec-status", arguments: """{"pid":8}""");
        await connection.NextAsync("guest-exec-status");
    }

    [Fact]
    public async Task Ends_of_programs_die_with_the_agent_that_told_them()
    {
        var connection = await StartReadyAsync();
        var first = Execute("guest-exec-status", arguments: """{"pid":7}""");
        await connection.Peer.ReturnAsync(await connection.NextAsync("guest-exec-status"), """{"exited": true, "exitcode": 3}""");
        await first.ResultAsync();

        SetPort(open: true);
        await ExpectAsync(AgentState.Connecting);
        await ExpectAsync(AgentState.Ready, newIncarnation: true);
        Execute("guest-exec-status", arguments: """{"pid":7}""");

        await connection.NextAsync("guest-exec-status");
    }

    [Fact]
    public async Task A_changing_command_on_a_fresh_session_is_sent_at_once()
    {
        var connection = await StartReadyAsync();
        Advance(2);
        Execute("guest-set-time");

        await connection.NextAsync("guest-set-time");
    }

    [Fact]
    public async Task A_changing_command_on_a_stale_session_follows_a_ping()
    {
        var connection = await StartReadyAsync();
        Advance(2.001);
        var change = Execute("guest-set-time");

        await connection.Peer.ReturnAsync(await connection.NextAsync("guest-ping"));
        await connection.Peer.ReturnAsync(await connection.NextAsync("guest-set-time"));

        Assert.IsType<CommandResult.Returned>(await change.ResultAsync());
    }

    [Fact]
    public async Task A_reading_command_needs_no_ping()
    {
        var connection = await StartReadyAsync();
        Advance(60);
        Execute("guest-get-time");

        await connection.NextAsync("guest-get-time");
    }

    [Fact]
    public async Task A_changing_command_is_provably_not_sent_to_a_silent_agent()
    {
        var connection = await StartReadyAsync();
        Synchronizes = false;
        Advance(60);
        var change = Execute("guest-set-time", seconds: 2);
        await connection.NextAsync("guest-ping");

        Advance(1.5);
        Advance(0.5);

        Assert.Equal((NoReplyCause.NotReady, false), await change.NoReplyAsync());
        await ExpectAsync(AgentState.Unresponsive);
        await connection.NextAsync("guest-sync-delimited");
    }

    [Fact]
    public async Task A_restart_between_ping_and_command_makes_it_wait_for_the_new_agent()
    {
        var connection = await StartReadyAsync();
        Advance(60);
        var change = Execute("guest-set-time");
        var ping = await connection.NextAsync("guest-ping");
        await SettleAsync(Session);
        var mailbox = ((ActorRefWithCell)Session).Underlying;
        mailbox.Suspend();
        SetPort(open: true);
        await connection.Peer.ReturnAsync(ping);
        await Eventually.TrueAsync(() => mailbox.NumberOfMessages == 2, Limit, "the ping's answer lies in the mailbox");

        mailbox.Resume(null);

        await ExpectAsync(AgentState.Connecting);
        await ExpectAsync(AgentState.Ready, newIncarnation: true);
        await connection.Peer.ReturnAsync(await connection.NextAsync("guest-set-time"));
        Assert.IsType<CommandResult.Returned>(await change.ResultAsync());
    }

    [Fact]
    public async Task An_event_confirms_a_command_that_answers_no_success()
    {
        var connection = await StartReadyAsync();
        var shutdown = Execute("guest-shutdown");
        await connection.NextAsync("guest-shutdown");

        Session.Tell(AgentCommands.Confirm.Instance);

        Assert.IsType<CommandResult.Returned>(await shutdown.ResultAsync());
        await ExpectAsync(AgentState.Connecting);
        await ExpectAsync(AgentState.Ready);
    }

    [Fact]
    public async Task A_confirmation_means_nothing_to_a_command_that_answers()
    {
        var connection = await StartReadyAsync();
        var ping = Execute("guest-ping");
        var command = await connection.NextAsync("guest-ping");

        Session.Tell(AgentCommands.Confirm.Instance);
        await SettleAsync(Session);
        Assert.False(ping.IsEnded);
        await connection.Peer.ReturnAsync(command);

        Assert.IsType<CommandResult.Returned>(await ping.ResultAsync());
    }

    [Fact]
    public async Task Stopping_ends_what_waits_and_what_is_outstanding()
    {
        var connection = await StartReadyAsync();
        var outstanding = Execute("guest-ping");
        await connection.NextAsync("guest-ping");
        var waiting = Execute("guest-ping");
        await SettleAsync(Session);

        Sys.Stop(Session);

        Assert.Equal((NoReplyCause.ConnectionLost, true), await outstanding.NoReplyAsync());
        Assert.Equal((NoReplyCause.ConnectionLost, false), await waiting.NoReplyAsync());
        await connection.Closed.WaitAsync(Limit, TimeProvider.System);
    }

    [Fact]
    public async Task A_connection_made_while_the_actor_stops_is_closed()
    {
        var connection = await StartReadyAsync();
        Execute("guest-ping");
        await connection.NextAsync("guest-ping");
        var mailbox = ((ActorRefWithCell)Session).Underlying;
        Execute("guest-ping", recorder: new ReplyRecorder { OnEnded = mailbox.Suspend });
        // Ends what waits, then connects anew: the connection is made and never taken over.
        SetPort(open: false);
        var anew = await Socket!.AcceptAsync();
        await Eventually.TrueAsync(() => mailbox.NumberOfMessages >= 2, Limit, "the new session lies in the mailbox, with the end of the old one");

        Sys.Stop(Session);

        await anew.Closed.WaitAsync(Limit, TimeProvider.System);
    }

    [Fact]
    public async Task A_restart_by_supervision_leaves_nothing_pending()
    {
        var connection = await StartReadyAsync();
        var outstanding = Execute("guest-ping");
        await connection.NextAsync("guest-ping");
        var waiting = Execute("guest-ping");
        await SettleAsync(Session);

        ((IInternalActorRef)Session).Restart(new InvalidOperationException("a fault of the actor"));

        Assert.Equal((NoReplyCause.ConnectionLost, true), await outstanding.NoReplyAsync());
        Assert.Equal((NoReplyCause.ConnectionLost, false), await waiting.NoReplyAsync());
        await connection.Closed.WaitAsync(Limit, TimeProvider.System);
        var anew = await Socket!.AcceptAsync();
        await ExpectAsync(AgentState.Connecting);
        await ExpectAsync(AgentState.Ready, newIncarnation: true);
        var next = Execute("guest-ping");
        await anew.Peer.ReturnAsync(await anew.NextAsync("guest-ping"));
        Assert.IsType<CommandResult.Returned>(await next.ResultAsync());
    }
}
