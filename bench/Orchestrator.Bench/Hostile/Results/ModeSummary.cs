using Orchestrator.Bench.Hostile.Turns;

namespace Orchestrator.Bench.Hostile.Results;

/// <summary>Everything about one mode of the hostile guest.</summary>
/// <param name="Kinds">In the order of their turns.</param>
/// <param name="Ratios">Hostile against control and once against alone, which are the ones that count; then hostile and control against alone.</param>
public sealed record ModeSummary(string Mode, IReadOnlyList<KindSummary> Kinds, IReadOnlyList<P99Ratio> Ratios)
{
    /// <summary>Summarizes the turns of one mode; there are equally many of each kind.</summary>
    public static ModeSummary Of(IReadOnlyCollection<Turn> turns)
    {
        var kinds = turns.ToLookup(turn => turn.Kind);
        return new ModeSummary(
            turns.First().Mode,
            [.. kinds.Select(kind => KindSummary.Of([.. kind]))],
            [Ratio(TurnKind.Hostile, TurnKind.Control), Ratio(TurnKind.Once, TurnKind.Alone), Ratio(TurnKind.Hostile, TurnKind.Alone), Ratio(TurnKind.Control, TurnKind.Alone)]);

        P99Ratio Ratio(TurnKind kind, TurnKind other) => P99Ratio.Of([.. kinds[kind]], [.. kinds[other]]);
    }
}
