using CsCheck;
using Orchestrator.Actors.FanOut;

namespace Orchestrator.Actors.Tests.FanOut.Routing;

/// <summary>
/// A job of a command that must not run twice, over two nodes and any history: messages that are lost, come twice, late or in another order; owners
/// that die, or go on without knowing that they have a successor; nodes that restart between any two steps, or cannot be reached.
/// </summary>
public sealed class RoutingModelTests : ActorTest
{
    private const int Steps = 80;

    internal static TimeSpan Patience => Limit;

    internal TimeProvider Clock => Time;

    internal void Pass(double seconds) => Advance(seconds);

    /// <summary>Every actor has dealt with what it has got.</summary>
    internal Task EveryoneAsync() => SettleAllAsync();

    [Fact]
    public async Task Every_target_has_one_true_end_and_nothing_runs_twice() => await Gen.Int[0, int.MaxValue].SampleAsync(RunAsync, iter: 40, threads: 1);

    /// <summary>A single history, by its seed, where one has gone wrong.</summary>
    [Theory]
    [InlineData(142118508)]
    [InlineData(20_261_129)]
    public Task A_history_can_be_run_again(int seed) => RunAsync(seed);

    private async Task RunAsync(int seed)
    {
        await using var world = new RoutingWorld(this, seed);
        await world.StartAsync();
        for (var step = 0; step < Steps; step++)
        {
            await world.StepAsync();
            Check(world);
        }
        await world.FinishAsync();
        Check(world);
        CheckEnd(world);
    }

    private static void Check(RoutingWorld world) =>
        Assert.All(world.Executions, (executions, ordinal) => Assert.True(executions <= 1, $"target {ordinal} ran {executions} times: {world}"));

    private static void CheckEnd(RoutingWorld world)
    {
        var stored = world.Job;
        Assert.Equal(Enumerable.Range(0, world.Targets), stored.Outcomes.Select(item => item.Ordinal).Order());
        Assert.Equal(world.Targets, stored.Header.Counts.Values.Sum());
        Assert.All(stored.Outcomes, item => CheckTruth(world, item.Ordinal, item.Outcome));
    }

    private static void CheckTruth(RoutingWorld world, int ordinal, Outcome outcome)
    {
        var executions = world.Executions[ordinal];
        var said = $"target {ordinal} ended as {outcome.Phase} {outcome.Reason} {outcome.Effect} after {executions} executions: {world}";
        if (outcome.Effect == Effect.Applied)
            Assert.True(executions == 1, said);
        if (outcome.Effect == Effect.None)
            Assert.True(executions == 0, said);
    }
}
