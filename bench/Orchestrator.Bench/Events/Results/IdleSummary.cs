using Orchestrator.Bench.Events.Rounds;
using Orchestrator.Bench.Fleet.Results;

namespace Orchestrator.Bench.Events.Results;

/// <summary>What idle subscribers cost; a value per round. <see cref="IdleSample"/> says what each is.</summary>
public sealed record IdleSummary(
    int Subscribers, Distribution KiBPerSubscriber, BesideSummary Cores, BesideSummary CoresWithEvents, BesideSummary LatencyP50, BesideSummary LatencyP99)
{
    /// <summary>Summarizes rounds, at least one.</summary>
    public static IdleSummary Of(IReadOnlyList<IdleSample> samples) => new(
        samples[0].Subscribers,
        Distribution.Of(samples.Select(sample => sample.KiBPerSubscriber)),
        BesideSummary.Of(samples.Select(sample => sample.Cores)),
        BesideSummary.Of(samples.Select(sample => sample.CoresWithEvents)),
        BesideSummary.Of(samples.Select(sample => sample.LatencyP50)),
        BesideSummary.Of(samples.Select(sample => sample.LatencyP99)));
}

/// <summary>A value without idle subscribers and with them.</summary>
public sealed record BesideSummary(Distribution Without, Distribution With)
{
    /// <summary>Summarizes values, at least one.</summary>
    public static BesideSummary Of(IEnumerable<Beside> values)
    {
        var all = values.ToList();
        return new BesideSummary(Distribution.Of(all.Select(value => value.Without)), Distribution.Of(all.Select(value => value.With)));
    }
}
