using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.TestKit;

namespace Orchestrator.Actors.Tests.FanOut.Routing;

/// <summary>Targets that are another node's since their live migration.</summary>
public sealed class FleetElsewhereTests : FleetJobTest
{
    private static RoutedOutcome Gone(int ordinal, int attempt = 1, Effect effect = Effect.None) => new(ordinal, attempt, RouterOutcomes.NotFound(isReconciliation: false) with { Effect = effect });

    [Fact]
    public async Task VM_that_went_to_another_node_gets_its_command_there()
    {
        var job = await SubmitAsync(1);
        var first = await TakeAsync(A);
        Move(0, "b");

        End(A, first, 1, Gone(0));
        var again = await TakeAsync(B);

        Assert.Equal([0], OrdinalsOf(again));
        Assert.Equal((2, false), (again.Attempt, again.IsReconciliation));
        End(B, again, 1, Ended(0, attempt: 2));
        Assert.Equal((Phase.Succeeded, 2), await OutcomeAsync(job, 0) is var outcome ? (outcome.Phase, outcome.Attempt) : default);
        await EndedAsync(job);
    }

    [Fact]
    public async Task VM_that_is_not_known_there_yet_is_looked_for_until_it_is()
    {
        var job = await SubmitAsync(1);
        End(A, await TakeAsync(A), 1, Gone(0));
        await SilentAsync(B);
        Assert.Null((await StateAsync(job, 0)).Outcome);

        Move(0, "b");

        await AdvanceUntilAsync(Eventually.TrueAsync(() => B.HasMessages, Limit, "it is sent"), step: 0.05);
        var again = await TakeAsync(B);
        Assert.Equal([0], OrdinalsOf(again));
    }

    [Fact]
    public async Task VM_that_is_nowhere_is_undelivered_after_a_while()
    {
        var job = await SubmitAsync(1);
        End(A, await TakeAsync(A), 1, Gone(0));

        await AdvanceUntilAsync(EndedAsync(job), step: 1);

        Assert.Equal((Phase.Undelivered, Reasons.VmNotFound), await OutcomeAsync(job, 0) is var outcome ? (outcome.Phase, outcome.Reason) : default);
    }

    [Fact]
    public async Task VM_that_is_nowhere_is_looked_for_less_and_less_often()
    {
        var job = await SubmitAsync(1);
        var dispatch = await TakeAsync(A);
        var before = Selections;

        End(A, dispatch, 1, Gone(0));
        await AdvanceUntilAsync(EndedAsync(job), step: 0.025);

        Assert.InRange(Selections - before, 5, 20);
    }

    [Fact]
    public async Task Job_that_is_cancelled_meanwhile_ends()
    {
        var job = await SubmitAsync(1);
        End(A, await TakeAsync(A), 1, Gone(0));
        await SilentAsync(B);

        await Jobs.Ask<JobReplies.Found>(new JobCommands.Cancel(job), Limit);

        await AdvanceUntilAsync(EndedAsync(job), step: 0.1);
        Assert.Equal(Phase.Cancelled, (await OutcomeAsync(job, 0)).Phase);
    }

    [Fact]
    public async Task What_may_have_been_done_is_not_looked_for()
    {
        var job = await SubmitAsync(1);
        Move(0, "b");

        End(A, await TakeAsync(A), 1, Gone(0, effect: Effect.Unknown));

        await EndedAsync(job);
        await SilentAsync(B);
    }

    [Fact]
    public async Task Command_that_may_have_been_sent_is_asked_evidence_for_where_its_VM_is_now()
    {
        var job = await SubmitAsync(1);
        await TakeAsync(A);
        Move(0, "b");

        await BeginAsync(epoch: 2);

        var asked = await DispatchedAsync(B);
        Assert.Equal((job, true), (asked.JobId, asked.IsReconciliation));
        Assert.Equal([0], OrdinalsOf(asked));
    }

    private void Move(int ordinal, string node) => Homes[ordinal] = (node, CreateTestProbe().Ref);
}
