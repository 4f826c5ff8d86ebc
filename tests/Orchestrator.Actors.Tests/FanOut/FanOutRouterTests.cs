using Akka.Actor;
using Akka.TestKit;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Tests.FanOut.Selectors;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Tests.FanOut;

public sealed class FanOutRouterTests : ActorTest
{
    private readonly IActorRef _router;
    private readonly TestProbe _vm;

    public FanOutRouterTests()
    {
        _router = Sys.ActorOf(FanOutRouter.PropsFor());
        _vm = CreateTestProbe();
    }

    [Fact]
    public async Task Every_target_gets_its_invocation()
    {
        Dispatch("job", 3);

        for (var ordinal = 0; ordinal < 3; ordinal++)
        {
            var invocation = await _vm.ExpectMsgAsync<Invocation>();
            Assert.Equal((ordinal, "job", _router), (invocation.Ordinal, invocation.Plan.JobId, invocation.ReplyTo));
        }
    }

    [Fact]
    public async Task Outcomes_that_came_together_travel_together()
    {
        Dispatch("job", 1000);
        var invocations = await InvocationsAsync(1000);
        var mailbox = ((ActorRefWithCell)_router).Underlying;
        mailbox.Suspend();
        foreach (var invocation in invocations)
            End(invocation);
        mailbox.Resume(null);

        var batches = new List<int>();
        while (batches.Sum() < 1000)
            batches.Add((await ExpectMsgAsync<FanOutEvents.Outcomes>()).Items.Count);

        Assert.Equal(1000, batches.Sum());
        Assert.True(batches.Max() <= 256);
        Assert.InRange(batches.Count, 4, 6);
    }

    [Fact]
    public async Task A_single_outcome_does_not_wait_for_others()
    {
        Dispatch("job", 2);
        var invocations = await InvocationsAsync(2);

        End(invocations[1]);

        var outcomes = await ExpectMsgAsync<FanOutEvents.Outcomes>();
        Assert.Equal(("job", 1), (outcomes.JobId, Assert.Single(outcomes.Items).Ordinal));
    }

    [Fact]
    public async Task A_second_end_of_an_invocation_counts_for_nothing()
    {
        Dispatch("job", 2);
        var invocations = await InvocationsAsync(2);
        End(invocations[0]);
        End(invocations[0]);
        await ExpectMsgAsync<FanOutEvents.Outcomes>();
        End(invocations[1]);
        Assert.Equal(1, Assert.Single((await ExpectMsgAsync<FanOutEvents.Outcomes>()).Items).Ordinal);

        End(invocations[1]);
        await SettleAsync(_router);

        Assert.False(HasMessages);
    }

    [Fact]
    public async Task A_VM_that_left_was_not_found()
    {
        var other = CreateTestProbe();
        Dispatch("job", 2);
        Dispatch("other", 1, other);
        End((await InvocationsAsync(2))[0]);
        await ExpectMsgAsync<FanOutEvents.Outcomes>();

        Sys.Stop(_vm);

        var (ordinal, outcome) = Assert.Single((await ExpectMsgAsync<FanOutEvents.Outcomes>()).Items);
        Assert.Equal((1, Phase.Undelivered, Reasons.VmNotFound, Effect.None), (ordinal, outcome.Phase, outcome.Reason, outcome.Effect));
        Assert.Equal(("vm1", "host1"), (outcome.Name, outcome.Host));
        await SettleAsync(_router);
        Assert.False(HasMessages);
    }

    [Fact]
    public async Task A_VM_that_had_left_before_was_not_found()
    {
        Watch(_vm);
        Sys.Stop(_vm);
        await ExpectTerminatedAsync(_vm);

        Dispatch("job", 1);

        var (_, outcome) = Assert.Single((await ExpectMsgAsync<FanOutEvents.Outcomes>()).Items);
        Assert.Equal(Reasons.VmNotFound, outcome.Reason);
    }

    [Fact]
    public async Task Cancelling_reaches_those_without_outcome()
    {
        Dispatch("job", 3);
        Dispatch("other", 1);
        var invocations = await InvocationsAsync(4);
        End(invocations[1]);
        await ExpectMsgAsync<FanOutEvents.Outcomes>();

        _router.Tell(new FanOutCommands.Cancel("job"));
        _router.Tell(new FanOutCommands.Cancel("unheard-of"));

        var cancelled = new[] { await _vm.ExpectMsgAsync<VmCommands.CancelInvocation>(), await _vm.ExpectMsgAsync<VmCommands.CancelInvocation>() };
        Assert.Equal([0, 2], cancelled.Select(cancel => cancel.Invocation.Ordinal).Order());
        await SettleAsync(_router);
        Assert.False(_vm.HasMessages);
    }

    private void Dispatch(string jobId, int targets, TestProbe? vm = null)
    {
        var plan = new JobPlan(jobId, CommandRoute.Guest, EncodedCommand.ForGuest("guest-ping"), Deadline.After(TimeSpan.FromSeconds(1), Time));
        _router.Tell(new FanOutCommands.Dispatch(plan, [.. Enumerable.Range(0, targets).Select(ordinal => new FanOutTarget(ordinal, vm ?? _vm, Sample.Vm("vm" + ordinal)))]), TestActor);
    }

    private async Task<Invocation[]> InvocationsAsync(int count)
    {
        var invocations = new Invocation[count];
        for (var next = 0; next < count; next++)
            invocations[next] = await _vm.ExpectMsgAsync<Invocation>();
        return invocations;
    }

    private void End(Invocation invocation) => _router.Tell(
        new FanOutEvents.InvocationEnded(invocation, new Outcome { Name = "vm", Host = "h", Phase = Phase.Succeeded, Effect = Effect.Applied }));
}
