using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Tests.FanOut.Routing;

public sealed class ClusterRouterTests : ClusterRouterTest
{
    [Fact]
    public async Task Every_target_gets_its_invocation_with_the_time_that_is_left()
    {
        await DispatchAsync(Order(4, 5) with { Delivery = TimeSpan.FromSeconds(3) });

        foreach (var ordinal in new[] { 4, 5 })
        {
            var invocation = await BegunAsync();
            Assert.Equal((ordinal, Job, Router), (invocation.Ordinal, invocation.Plan.JobId, invocation.ReplyTo));
            Assert.Equal((TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(3)), (invocation.Plan.Deadline.Remaining(Time), invocation.Plan.Delivery!.Value.Remaining(Time)));
            Assert.Null(invocation.Reconciliation);
        }
    }

    [Fact]
    public async Task What_comes_twice_is_begun_once_and_confirmed_twice()
    {
        var order = Order(1);
        await DispatchAsync(order);
        await DispatchAsync(order);
        await DispatchAsync(Order(1));
        await BegunAsync();

        await SilentAsync(Vm);
    }

    [Fact]
    public async Task An_attempt_that_was_done_with_is_not_begun_again_also_after_its_acknowledgement()
    {
        await DispatchAsync(Order(1));
        End(await BegunAsync());
        Acknowledge((await EndedAsync(Owner)).Batch);

        await DispatchAsync(Order(1));
        await DispatchAsync(Order(1) with { Attempt = 2 });
        await DispatchAsync(Order(1));

        await BegunAsync();
        await SilentAsync(Vm);
    }

    [Fact]
    public async Task A_new_owner_hears_how_everything_stands()
    {
        await DispatchAsync(Order(1, 2, 3));
        var (running, ended, _) = (await BegunAsync(), await BegunAsync(), await BegunAsync());
        Router.Tell(new FanOutEvents.InvocationProgressed(running, new InvocationProgress(PendingPhase.Running, null, new ExecEvidence(7, "1:2"))));
        Assert.Equal(7, Assert.Single((await Owner.ExpectMsgAsync<RouterEvents.Progressed>()).Items).Progress.Evidence!.Pid);
        End(ended);
        await WaitedAsync();
        var first = await EndedAsync(Owner);
        var successor = CreateTestProbe();

        await DispatchAsync(Order(1, 2, 3) with { Epoch = 2 }, successor);

        var again = await EndedAsync(successor);
        Assert.Equal((first.Batch, 2), (again.Batch, Assert.Single(again.Items).Ordinal));
        var progress = (await successor.ExpectMsgAsync<RouterEvents.Progressed>()).Items;
        Assert.Equal([(1, PendingPhase.Running), (3, PendingPhase.Dispatched)], progress.Select(item => (item.Ordinal, item.Progress.Phase)));
        Assert.Equal(new ExecEvidence(7, "1:2"), progress[0].Progress.Evidence);
        End(running);
        await WaitedAsync();
        Assert.Equal(1, Assert.Single((await EndedAsync(successor)).Items).Ordinal);
        await SilentAsync(Vm, Owner);
    }

    [Fact]
    public async Task A_former_owner_is_refused_whatever_it_says()
    {
        await DispatchAsync(Order(1) with { Epoch = 3 });
        var invocation = await BegunAsync();
        End(invocation);
        var batch = (await EndedAsync(Owner)).Batch;
        var former = CreateTestProbe();
        object[] messages = [Order(2) with { Epoch = 2 }, new RouterCommands.Acknowledge(Job, 2, batch), new RouterCommands.Forget(Job, 2), new RouterCommands.Cancel(Job, 2), new RouterCommands.Announce("7", 2)];

        foreach (var message in messages)
        {
            Router.Tell(message, former.Ref);
            Assert.Equal(3, (await former.ExpectMsgAsync<RouterEvents.Refused>()).Epoch);
        }

        await SilentAsync(Vm, former);
        Assert.False(Memory.Jobs[Job].Outcomes.IsEmpty);
    }

    [Fact]
    public async Task The_epoch_of_one_partition_says_nothing_of_another()
    {
        Router.Tell(new RouterCommands.Announce("3", 9), Owner.Ref);

        await DispatchAsync(Order(1));

        await BegunAsync();
    }

    [Fact]
    public async Task What_is_for_another_process_of_the_node_is_dropped()
    {
        Router.Tell(Order(1) with { Incarnation = 41 }, Owner.Ref);

        await SilentAsync(Owner, Vm);
    }

    [Fact]
    public async Task A_broken_list_of_targets_is_dropped_and_the_router_goes_on()
    {
        Router.Tell(Order(1) with { Targets = new TargetList([1, 2], "0/x") }, Owner.Ref);
        await SilentAsync(Owner, Vm);

        await DispatchAsync(Order(1));
        await BegunAsync();
    }

    [Fact]
    public async Task What_belongs_to_no_partition_is_dropped()
    {
        Router.Tell(Order(1) with { JobId = "" }, Owner.Ref);
        Router.Tell(new RouterCommands.Announce("", 1), Owner.Ref);

        await SilentAsync(Owner, Vm);
    }

    [Fact]
    public async Task What_may_have_been_sent_before_is_asked_about()
    {
        await DispatchAsync(Order(1, 2) with { IsReconciliation = true, Programs = [new StartedProgram(2, new ExecEvidence(77, "5:6"))] });

        Assert.Equal(new Reconciliation(null), (await BegunAsync()).Reconciliation);
        Assert.Equal(new Reconciliation(new ExecEvidence(77, "5:6")), (await BegunAsync()).Reconciliation);
    }

    [Fact]
    public async Task A_stopped_job_begins_nothing_and_still_asks_for_evidence()
    {
        await DispatchAsync(Order(1) with { IsStopped = true });
        Assert.Equal((Phase.Cancelled, Effect.None), ((await OneEndedAsync()).Outcome.Phase, Effect.None));

        await DispatchAsync(Order(2) with { IsStopped = true, IsReconciliation = true });
        Assert.Equal(2, (await BegunAsync()).Ordinal);
    }

    [Fact]
    public async Task Cancelling_reaches_those_without_outcome()
    {
        await DispatchAsync(Order(1, 2));
        var (first, second) = (await BegunAsync(), await BegunAsync());
        End(first);
        await EndedAsync(Owner);

        Router.Tell(new RouterCommands.Cancel(Job, 1), Owner.Ref);
        Router.Tell(new RouterCommands.Cancel("unheard-of-7", 1), Owner.Ref);

        Assert.Same(second, (await Vm.ExpectMsgAsync<VmCommands.CancelInvocation>()).Invocation);
        await SilentAsync(Vm);
    }

    [Fact]
    public async Task A_VM_that_is_not_here_was_not_found_and_one_that_may_have_had_it_is_unknown()
    {
        await DispatchAsync(Order(1) with { Targets = ListOf([1], "/user/vm-host/gone") });
        var fresh = (await OneEndedAsync()).Outcome;
        Assert.Equal((Phase.Undelivered, Reasons.VmNotFound, Effect.None, ""), (fresh.Phase, fresh.Reason, fresh.Effect, fresh.Name));

        await DispatchAsync(Order(2) with { Targets = ListOf([2], "/user/vm-host/gone"), IsReconciliation = true });
        var past = (await OneEndedAsync()).Outcome;
        Assert.Equal((Phase.Unknown, Reasons.VmLost, Effect.Unknown), (past.Phase, past.Reason, past.Effect));
    }

    [Fact]
    public async Task A_VM_that_leaves_before_its_turn_was_not_found()
    {
        await DispatchAsync(Order(1));
        await BegunAsync();

        Sys.Stop(Vm.Ref);

        Assert.Equal(Reasons.VmNotFound, (await OneEndedAsync()).Outcome.Reason);
    }

    [Fact]
    public async Task The_VMs_of_a_node_that_has_just_started_may_come_later()
    {
        Settings = Settings with { LocateTimeout = TimeSpan.FromSeconds(30) };
        var router = Sys.ActorOf(ClusterRouter.PropsFor(Settings));
        router.Tell(Order(1) with { Targets = ListOf([1], "/user/late"), Timeout = TimeSpan.FromMinutes(5) }, Owner.Ref);
        router.Tell(Order(2) with { Targets = ListOf([2], "/user/never"), Timeout = TimeSpan.FromMinutes(5) }, Owner.Ref);
        await Owner.ExpectMsgAsync<RouterEvents.Received>();
        await Owner.ExpectMsgAsync<RouterEvents.Received>();
        Advance(20);
        var late = Sys.ActorOf(Props.Create(() => new Forwarder(Vm.Ref)), "late");
        Advance(1);

        Assert.Equal(1, (await BegunAsync()).Ordinal);
        Assert.False(Owner.HasMessages);
        Advance(9);
        var (ordinal, outcome) = (await OneEndedAsync()) is var item ? (item.Ordinal, item.Outcome) : default;
        Assert.Equal((2, Reasons.VmNotFound), (ordinal, outcome.Reason));
        Sys.Stop(late);
    }

    [Fact]
    public async Task A_router_that_fails_knows_what_it_has_begun()
    {
        // Without a namespace it throws for every command to a guest.
        Settings = Settings with { Guest = null! };
        var command = WireCommand.Of(Spec(CommandRoute.Qmp, EncodedCommand.ForQmp("query-status")));
        await DispatchAsync(Order(1, 2) with { Command = command });
        var (first, second) = (await BegunAsync(), await BegunAsync());
        End(first);
        var ended = await EndedAsync(Owner);

        await EventFilter.Exception<NullReferenceException>().ExpectOneAsync(() =>
        {
            Router.Tell(Order(1) with { JobId = "01ARYZ6S41TSV4RRFFQ69G5FA8" }, Vm.Ref);
            return Task.CompletedTask;
        });
        await Vm.ExpectMsgAsync<RouterEvents.Received>();
        await DispatchAsync(Order(1, 2) with { Command = command });

        Assert.Equal(ended.Batch, (await EndedAsync(Owner)).Batch);
        Assert.Equal(2, Assert.Single((await Owner.ExpectMsgAsync<RouterEvents.Progressed>()).Items).Ordinal);
        End(second);
        Assert.Equal(2, (await OneEndedAsync()).Ordinal);
        await SilentAsync(Vm);
    }

    [Fact]
    public async Task Outcomes_that_come_one_by_one_travel_together_and_the_first_and_the_last_wait_for_none()
    {
        await DispatchAsync(Order([.. Enumerable.Range(0, 6)]));
        var invocations = new List<Invocation>();
        for (var number = 0; number < 6; number++)
            invocations.Add(await BegunAsync());

        End(invocations[0]);
        Assert.Equal(0, (await OneEndedAsync()).Ordinal);
        foreach (var number in new[] { 1, 2, 3 })
        {
            End(invocations[number]);
            await SilentAsync(Owner);
        }
        Advance(Settings.BatchPause);
        Assert.Equal([1, 2, 3], (await EndedAsync(Owner)).Items.Select(item => item.Ordinal));

        End(invocations[4]);
        await SilentAsync(Owner);
        End(invocations[5]);
        Assert.Equal([4, 5], (await EndedAsync(Owner)).Items.Select(item => item.Ordinal));
        Advance(Settings.BatchPause);
        await SilentAsync(Owner);
    }

    [Fact]
    public async Task Full_batch_does_not_wait_for_more()
    {
        await DispatchAsync(Order([.. Enumerable.Range(0, WireLimits.MaxItems + 2)]));
        var invocations = new List<Invocation>();
        while (invocations.Count < WireLimits.MaxItems + 2)
            invocations.Add(await BegunAsync());
        End(invocations[0]);
        await OneEndedAsync();

        foreach (var invocation in invocations.Skip(1).SkipLast(1))
            End(invocation);

        Assert.InRange((await EndedAsync(Owner)).Items.Count, 100, WireLimits.MaxItems);
    }

    [Fact]
    public async Task While_many_are_to_come_a_message_waits_for_more_of_them()
    {
        await DispatchAsync(Order([.. Enumerable.Range(0, WireLimits.MaxItems + 4)]));
        var invocations = new List<Invocation>();
        while (invocations.Count < WireLimits.MaxItems + 4)
            invocations.Add(await BegunAsync());
        End(invocations[0]);
        await OneEndedAsync();

        End(invocations[1]);
        await SilentAsync(Owner);
        Advance(Settings.BatchPause);
        await SilentAsync(Owner);
        End(invocations[2]);
        await SilentAsync(Owner);
        Advance(Settings.ManyPause - Settings.BatchPause);
        Assert.Equal([1, 2], (await EndedAsync(Owner)).Items.Select(item => item.Ordinal));

        // As many as one message holds are to come.
        End(invocations[3]);
        await SilentAsync(Owner);
        Advance(Settings.BatchPause);
        Assert.Equal([3], (await EndedAsync(Owner)).Items.Select(item => item.Ordinal));
    }

    private async Task WaitedAsync()
    {
        await SettleAsync(Router);
        await SettleAsync(Router);
        Advance(Settings.BatchPause);
    }

    private sealed class Forwarder(IActorRef to) : UntypedActor
    {
        protected override void OnReceive(object message) => to.Forward(message);
    }
}
