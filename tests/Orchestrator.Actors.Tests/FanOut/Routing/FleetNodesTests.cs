using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Routing;

namespace Orchestrator.Actors.Tests.FanOut.Routing;

/// <summary>Nodes that come, go, and come back as another process; jobs that come from another owner.</summary>
public sealed class FleetNodesTests : FleetJobTest
{
    [Fact]
    public async Task Targets_wait_for_a_node_that_is_not_there()
    {
        ActAsUnreachable(Node("b", 1));
        var job = await SubmitAsync(2);
        await TakeAsync(A);

        Assert.Equal((PendingPhase.Blocked, Reasons.HostUnreachable), await StateAsync(job, 1) is var state ? (state.Pending, state.Reason) : default);
        Advance(10);
        ActAsUp(Node("b", 2));

        var dispatch = await TakeAsync(B);
        Assert.Equal((false, 2, TimeSpan.FromSeconds(20)), (dispatch.IsReconciliation, dispatch.Incarnation, dispatch.Timeout));
        Assert.Equal((PendingPhase.Dispatched, null), await StateAsync(job, 1) is var sent ? (sent.Pending, sent.Reason) : default);
    }

    [Theory]
    [InlineData(null, 30)]
    [InlineData(5.0, 5)]
    public async Task They_wait_until_the_delivery_deadline_and_were_not_sent(double? delivery, double seconds)
    {
        ActAsUnreachable(Node("b", 1));
        var job = await SubmitAsync(2, Spec() with { DeliveryTimeout = delivery is { } given ? TimeSpan.FromSeconds(given) : null });

        Advance(seconds - 0.1);
        Assert.Null((await StateAsync(job, 1)).Outcome);
        Advance(0.1);

        var outcome = await OutcomeAsync(job, 1);
        Assert.Equal((Phase.Undelivered, Reasons.HostUnreachable, Effect.None), (outcome.Phase, outcome.Reason, outcome.Effect));
        ActAsUp(Node("b", 1));
        await SilentAsync(B);
    }

    [Fact]
    public async Task What_waits_for_its_node_is_taken_back_at_once()
    {
        ActAsGone(Node("b", 1));
        var job = await SubmitAsync(2);
        await TakeAsync(A);

        await Jobs.Ask<JobReplies.Found>(new JobCommands.Cancel(job), Limit);

        Assert.Equal((Phase.Cancelled, Effect.None), await OutcomeAsync(job, 1) is var outcome ? (outcome.Phase, outcome.Effect) : default);
        ActAsUp(Node("b", 1));
        await SilentAsync(B);
    }

    [Theory]
    [InlineData(true, Effect.Unknown)]
    [InlineData(false, Effect.None)]
    public async Task What_was_sent_to_a_node_that_is_lost_is_unknown_at_its_deadline(bool changesGuests, Effect effect)
    {
        var job = await SubmitAsync(2, changesGuests ? Spec() : Ping());
        await TakeAsync(B);
        ActAsUnreachable(Node("b", 1));
        await SettleAllAsync();
        Assert.Equal((PendingPhase.Reconciling, Reasons.HostUnreachable), await StateAsync(job, 1) is var state ? (state.Pending, state.Reason) : default);

        Advance(44.9);
        Assert.Null((await StateAsync(job, 1)).Outcome);
        Advance(0.1);

        var outcome = await OutcomeAsync(job, 1);
        Assert.Equal((Phase.Unknown, Reasons.NodeLost, effect), (outcome.Phase, outcome.Reason, outcome.Effect));
    }

    [Fact]
    public async Task A_lost_node_that_comes_back_tells_after_all()
    {
        var job = await SubmitAsync(2);
        End(A, await TakeAsync(A), 1, Ended(0));
        var dispatch = await TakeAsync(B);
        ActAsUnreachable(Node("b", 1));
        Advance(45);
        Assert.Equal(Reasons.NodeLost, (await OutcomeAsync(job, 1)).Reason);
        await EndedAsync(job);

        End(B, dispatch, 4, Ended(1));

        Assert.Equal(4, (await AcknowledgedAsync(B)).Batch);
        var outcome = await OutcomeAsync(job, 1);
        Assert.Equal((Phase.Succeeded, true), (outcome.Phase, outcome.AmendedAt is not null));
        Assert.Equal(JobPhase.Succeeded, Store.Job(job)!.Header.Phase);
        Assert.Equal(Phase.Succeeded, Store.Job(job)!.Outcomes.Single(item => item.Ordinal == 1).Outcome.Phase);
    }

    [Fact]
    public async Task A_connection_that_was_lost_is_made_up_for_by_telling_all_again()
    {
        await SubmitAsync(2);
        var first = await TakeAsync(B);
        ActAsUnreachable(Node("b", 1));
        ActAsUp(Node("b", 1));

        var again = await DispatchedAsync(B);

        Assert.Equal((first.Attempt, false, 1), (again.Attempt, again.IsReconciliation, again.Incarnation));
        Assert.Equal(OrdinalsOf(first), OrdinalsOf(again));
        Assert.NotEqual(first.Sequence, again.Sequence);
    }

    [Fact]
    public async Task Another_process_of_a_node_is_told_first_what_it_has_to_ask_about()
    {
        var job = await SubmitAsync(6, Spec() with { Pace = new JobPace { PerHost = 2 } });
        await TakeAsync(A);
        var first = await TakeAsync(B);
        Assert.Equal([1, 3], OrdinalsOf(first));
        B.Reply(new RouterEvents.Progressed(job, [new RoutedProgress(3, 1, new InvocationProgress(PendingPhase.Running, null, new ExecEvidence(7, "1:2")))]));
        await SettleAllAsync();
        ActAsUp(Node("b", 2));

        var past = await DispatchedAsync(B);
        Assert.Equal((true, 2, 1), (past.IsReconciliation, past.Incarnation, past.Attempt));
        Assert.Equal([1, 3], OrdinalsOf(past));
        Assert.Equal(new StartedProgram(3, new ExecEvidence(7, "1:2")), Assert.Single(past.Programs!));
        End(B, past, 1, Ended(1, Phase.Unknown, Effect.Unknown));
        Assert.Equal(1, (await AcknowledgedAsync(B)).Batch);
        await SilentAsync(B);
        Assert.Equal(1, Store.Job(job)!.Header.Routers!["b"]);

        B.Reply(new RouterEvents.Received(job, 2, past.Sequence));

        var next = await DispatchedAsync(B);
        Assert.Equal((false, 2), (next.IsReconciliation, next.Incarnation));
        Assert.Equal([5], OrdinalsOf(next));
        Assert.Equal(2, Store.Job(job)!.Header.Routers!["b"]);
    }

    [Fact]
    public async Task Evidence_has_its_own_time_when_the_deadline_is_near()
    {
        var job = await SubmitAsync(2);
        await TakeAsync(B);
        ActAsUnreachable(Node("b", 1));
        Advance(40);
        ActAsUp(Node("b", 2));
        await TakeAsync(B);

        Advance(59);
        Assert.Null((await StateAsync(job, 1)).Outcome);
        Advance(1);

        Assert.Equal(Reasons.NodeStopped, (await OutcomeAsync(job, 1)).Reason);
    }

    [Fact]
    public async Task Word_of_a_former_process_of_a_node_changes_nothing()
    {
        await SubmitAsync(2);
        await TakeAsync(B);
        ActAsUp(Node("b", 2));
        await TakeAsync(B);

        ActAsGone(Node("b", 1));
        ActAsUnreachable(Node("b", 1));
        await SettleAllAsync();
        Advance(3);

        await SilentAsync(B);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public async Task A_new_owner_tells_the_same_process_the_same_and_another_to_ask(int incarnation, bool isReconciliation)
    {
        var job = await SubmitAsync(2);
        await DispatchedAsync(B);
        ActAsUp(Node("b", incarnation));
        await Jobs.Ask<JobReplies.Found>(new JobQueries.Get(job), Limit);

        await BeginAsync(epoch: 2);

        var dispatch = (RouterCommands.Dispatch)await B.FishForMessageAsync(message => message is RouterCommands.Dispatch { Epoch: 2 }, Limit);
        Assert.Equal((2L, 1, incarnation, isReconciliation), (dispatch.Epoch, dispatch.Attempt, dispatch.Incarnation, dispatch.IsReconciliation));
        Assert.Equal([1], OrdinalsOf(dispatch));
    }

    [Fact]
    public async Task A_new_owner_knows_what_no_router_has_ever_had()
    {
        ActAsUnreachable(Node("b", 1));
        await SubmitAsync(2);

        await BeginAsync(epoch: 2);
        ActAsUp(Node("b", 9));

        Assert.False((await DispatchedAsync(B)).IsReconciliation);
    }

    [Fact]
    public async Task What_no_router_has_ever_had_was_not_sent_also_under_a_new_owner()
    {
        ActAsUnreachable(Node("b", 1));
        var job = await SubmitAsync(2);
        await BeginAsync(epoch: 2);
        await SettleAllAsync();
        Advance(30);

        Assert.Equal((Phase.Undelivered, Reasons.HostUnreachable), await OutcomeAsync(job, 1) is var outcome ? (outcome.Phase, outcome.Reason) : default);
    }

    [Fact]
    public async Task A_job_that_was_begun_without_a_cluster_may_have_gone_anywhere()
    {
        var job = await SubmitAsync(2);
        await Store.WriteAsync(new Actors.FanOut.Storage.JobWrite.Changed(Store.Job(job)!.Header with { Routers = null }));

        await BeginAsync(epoch: 2);

        Assert.True(((RouterCommands.Dispatch)await A.FishForMessageAsync(message => message is RouterCommands.Dispatch { Epoch: 2 }, Limit)).IsReconciliation);
    }

    [Fact]
    public async Task A_command_that_only_reads_is_asked_again_of_another_process()
    {
        var job = await SubmitAsync(2, Ping());
        await TakeAsync(B);
        ActAsUp(Node("b", 2));

        var again = await TakeAsync(B);
        Assert.True(again.IsReconciliation);
        End(B, again, 1, Ended(1));

        Assert.Equal(Phase.Succeeded, (await OutcomeAsync(job, 1)).Phase);
    }
}
