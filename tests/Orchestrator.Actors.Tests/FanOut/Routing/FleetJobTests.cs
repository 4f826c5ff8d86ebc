using Akka.Actor;
using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Tests.FanOut.Routing;

/// <summary>How a job's commands get to the routers of its nodes, and its outcomes back.</summary>
public sealed class FleetJobTests : FleetJobTest
{
    [Fact]
    public async Task Each_node_gets_its_own_targets_in_one_message()
    {
        var job = await SubmitAsync(5);

        var (a, b) = (await DispatchedAsync(A), await DispatchedAsync(B));

        Assert.Equal(Partition, JobPartition.Of(job));
        Assert.Equal([0, 2, 4], OrdinalsOf(a));
        Assert.Equal([1, 3], OrdinalsOf(b));
        Assert.Equal((job, 1L, 1, 1, false), (a.JobId, a.Epoch, a.Incarnation, a.Attempt, a.IsReconciliation));
        Assert.Equal((TimeSpan.FromSeconds(30), null), (a.Timeout, a.Delivery));
        Assert.Equal("guest-exec", a.Command!.Name);
        Assert.All(a.Targets.Read(), target => Assert.Equal(TargetList.PathOf(TestActor), target.Path));
        await SilentAsync(A, B);
    }

    [Fact]
    public async Task Nothing_is_sent_before_the_disk_knows_where_to()
    {
        Store = new FakeJobStore();
        await BeginAsync();
        var accepted = SubmitAsync(2);
        await TestKit.Eventually.TrueAsync(() => Store.Pending > 0, Limit, "the job is to be kept");
        await SilentAsync(A, B);

        Store.Commit();

        var job = await accepted;
        await DispatchedAsync(A);
        await DispatchedAsync(B);
        Assert.Equal([("a", 1), ("b", 1)], Store.Job(job)!.Header.Routers!.Select(router => (router.Key, router.Value)).Order());
    }

    [Fact]
    public async Task A_node_that_is_the_first_of_a_later_batch_is_recorded_with_its_intent()
    {
        var job = await SubmitAsync(2, Spec() with { Pace = new JobPace { MaxConcurrency = new Amount(1, false) } });
        var first = await TakeAsync(A);
        Assert.Equal(["a"], Store.Job(job)!.Header.Routers!.Keys);

        End(A, first, 1, Ended(0));

        await DispatchedAsync(B);
        Assert.Equal(["a", "b"], Store.Job(job)!.Header.Routers!.Keys.Order());
    }

    [Fact]
    public async Task A_dispatch_is_sent_until_it_is_confirmed_and_its_time_goes_on()
    {
        await SubmitAsync(1);
        var first = await DispatchedAsync(A);

        Advance(2);
        var second = await DispatchedAsync(A);
        Receive(A, second);
        await SettleAllAsync();
        Advance(10);

        Assert.Equal((first.Sequence, TimeSpan.FromSeconds(28)), (second.Sequence, second.Timeout));
        await SilentAsync(A);
    }

    [Fact]
    public async Task An_outcome_is_acknowledged_when_it_is_on_disk_and_not_before()
    {
        Store = new FakeJobStore();
        await BeginAsync();
        var accepted = SubmitAsync(2);
        await TestKit.Eventually.TrueAsync(() => Store.Pending > 0, Limit, "the job is to be kept");
        Store.Commit();
        var job = await accepted;
        End(A, await TakeAsync(A), 9, Ended(0));
        await TestKit.Eventually.TrueAsync(() => Store.Pending > 0, Limit, "the outcome is to be kept");
        Advance(1);
        await SilentAsync(A);

        Store.Commit();

        Assert.Equal((job, 1L, 9L), await AcknowledgedAsync(A) is var ack ? (ack.JobId, ack.Epoch, ack.Batch) : default);
    }

    [Fact]
    public async Task What_comes_in_many_messages_is_acknowledged_in_one()
    {
        await SubmitAsync(8);
        var dispatch = await TakeAsync(A);
        for (var batch = 1; batch <= 3; batch++)
            End(A, dispatch, batch, Ended(2 * (batch - 1)));
        await SilentAsync(A);

        var ack = await AcknowledgedAsync(A);

        Assert.Equal([1, 2, 3], ack.Others!.Prepend(ack.Batch).Order());
        Advance(5);
        await SilentAsync(A);
    }

    [Fact]
    public async Task Many_that_wait_to_be_acknowledged_do_not_wait_longer()
    {
        await SubmitAsync(20);
        var dispatch = await TakeAsync(A);
        for (var batch = 1; batch <= 8; batch++)
            End(A, dispatch, batch, Ended(2 * (batch - 1)));

        var ack = await A.ExpectMsgAsync<RouterCommands.Acknowledge>(Limit);

        Assert.Equal(Enumerable.Range(1, 8).Select(batch => (long)batch), ack.Others!.Prepend(ack.Batch).Order());
    }

    [Fact]
    public async Task A_router_that_may_forget_the_job_needs_no_acknowledgement()
    {
        var job = await SubmitAsync(1);
        End(A, await TakeAsync(A), 9, Ended(0));

        Assert.Equal(job, (await A.ExpectMsgAsync<RouterCommands.Forget>()).JobId);
        Advance(5);
        await SilentAsync(A);
    }

    [Fact]
    public async Task What_comes_twice_counts_once_and_is_acknowledged_twice()
    {
        var job = await SubmitAsync(2);
        var dispatch = await TakeAsync(A);
        for (var time = 0; time < 2; time++)
        {
            End(A, dispatch, 9, Ended(0));
            Assert.Equal(9, (await AcknowledgedAsync(A)).Batch);
        }
        End(B, await TakeAsync(B), 1, Ended(1));

        await EndedAsync(job);
        Assert.Equal(2, Store.Job(job)!.Header.Counts[Phase.Succeeded]);
    }

    [Fact]
    public async Task A_job_that_only_reads_is_acknowledged_with_its_next_write()
    {
        var job = await SubmitAsync(2, Ping());
        End(A, await TakeAsync(A), 9, Ended(0));
        Assert.Equal(Phase.Succeeded, (await OutcomeAsync(job, 0)).Phase);
        await SilentAsync(A);

        Assert.Equal(9, (await AcknowledgedAsync(A)).Batch);
    }

    [Fact]
    public async Task An_outcome_of_an_earlier_attempt_counts_for_nothing()
    {
        var job = await SubmitAsync(1, Spec() with { Attempts = 2 });
        var dispatch = await TakeAsync(A);
        End(A, dispatch, 1, Ended(0, Phase.Undelivered, Effect.None));
        await AcknowledgedAsync(A);
        Advance(1);
        var second = await TakeAsync(A);
        Assert.Equal(2, second.Attempt);

        End(A, dispatch, 1, Ended(0, Phase.Undelivered, Effect.None));
        Assert.Null((await StateAsync(job, 0)).Outcome);
        End(A, second, 2, Ended(0, attempt: 2));

        Assert.Equal((Phase.Succeeded, 2), await OutcomeAsync(job, 0) is var outcome ? (outcome.Phase, outcome.Attempt) : default);
    }

    [Fact]
    public async Task What_the_router_itself_ended_gets_the_VMs_name()
    {
        var job = await SubmitAsync(1);
        End(A, await TakeAsync(A), 1, new RoutedOutcome(0, 1, RouterOutcomes.NotFound(false)));

        // It may be another node's: it is looked for.
        var outcome = await AdvanceUntilAsync(OutcomeAsync(job, 0), step: 1);
        Assert.Equal(("vm0", "a", new Guid(1, 0, 0, new byte[8])), (outcome.Name, outcome.Host, outcome.Vm!.Value.Value));
    }

    [Fact]
    public async Task Progress_is_shown_and_programs_are_kept()
    {
        var job = await SubmitAsync(1);
        await TakeAsync(A);
        A.Reply(new RouterEvents.Progressed(job, [new RoutedProgress(0, 1, new InvocationProgress(PendingPhase.Running, null, new ExecEvidence(7, "1:2"))), new RoutedProgress(0, 2, new InvocationProgress(PendingPhase.Blocked)), new RoutedProgress(99, 1, new InvocationProgress(PendingPhase.Blocked))]));

        await TestKit.Eventually.TrueAsync(() => Store.Job(job)!.Started.Count == 1, Limit, "the program is kept");
        Assert.Equal(PendingPhase.Running, (await StateAsync(job, 0)).Pending);
    }

    [Fact]
    public async Task A_cancellation_is_repeated_until_all_has_ended()
    {
        var job = await SubmitAsync(1);
        var dispatch = await DispatchedAsync(A);

        await Jobs.Ask<JobReplies.Found>(new JobCommands.Cancel(job), Limit);
        await A.ExpectMsgAsync<RouterCommands.Cancel>();
        Advance(2);
        Assert.True((await DispatchedAsync(A)).IsStopped);
        await A.ExpectMsgAsync<RouterCommands.Cancel>();

        End(A, dispatch, 1, Ended(0, Phase.Cancelled, Effect.None));
        await EndedAsync(job);
        Assert.Equal(JobPhase.Cancelled, Store.Job(job)!.Header.Phase);
    }

    [Fact]
    public async Task A_large_command_goes_in_pieces_on_demand()
    {
        var spec = Ping() with { Command = EncodedCommand.ForGuest("guest-view-file", System.Text.Json.JsonElement.Parse($$"""{"filename":"/{{new string('x', 70_000)}}"}""")) };
        var job = await SubmitAsync(1, spec);
        var dispatch = await TakeAsync(A);
        Assert.Null(dispatch.Command);

        var bytes = new List<byte>();
        while (bytes.Count < dispatch.CommandBytes)
        {
            A.Reply(new RouterEvents.ReadCommand(job, bytes.Count));
            var piece = await A.ExpectMsgAsync<RouterCommands.CommandPiece>();
            Assert.Equal((bytes.Count, dispatch.CommandBytes), (piece.Offset, piece.Total));
            bytes.AddRange(piece.Bytes);
        }

        Assert.Equal(spec.Command.Arguments.ToArray(), WireCommandJson.Read([.. bytes]).Arguments);
        A.Reply(new RouterEvents.ReadCommand(job, bytes.Count));
        await SilentAsync(A);
    }

    [Fact]
    public async Task A_router_that_knows_a_newer_owner_ends_this_one()
    {
        var job = await SubmitAsync(1);
        await DispatchedAsync(A);
        Watch(Jobs);

        A.Reply(new RouterEvents.Refused(job, 2));

        await Parent.ExpectMsgAsync<DutyLost>();
        await ExpectTerminatedAsync(Jobs);
        Advance(10);
        Assert.False(A.HasMessages);
    }
}
