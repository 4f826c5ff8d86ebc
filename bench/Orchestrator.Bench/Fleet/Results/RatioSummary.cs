using Orchestrator.Bench.Fleet.Clients;

namespace Orchestrator.Bench.Fleet.Results;

/// <summary>One client against another, each turn only against the other's neighbouring turn.</summary>
/// <param name="Rate">Commands per second of round r of turn t over those of the other's round r of turn t. Above 1 is faster.</param>
/// <param name="Cpu">CPU time per command of turn t over the other's of turn t. Below 1 is cheaper.</param>
public sealed record RatioSummary(string Client, string Against, Distribution Rate, Distribution Cpu)
{
    /// <summary>Compares as many turns as both have.</summary>
    public static RatioSummary Of(IReadOnlyList<Batch> turns, IReadOnlyList<Batch> others)
    {
        var pairs = turns.Zip(others).ToList();
        return new RatioSummary(
            turns[0].Client,
            others[0].Client,
            Distribution.Of(pairs.SelectMany(pair => pair.First.Rates.Zip(pair.Second.Rates, (rate, other) => rate / other))),
            Distribution.Of(pairs.Select(pair => pair.First.CpuMicrosecondsPerCommand / pair.Second.CpuMicrosecondsPerCommand)));
    }
}
