using Orchestrator.Bench.Hostile.Turns;

namespace Orchestrator.Bench.Hostile.Results;

/// <summary>Everything about one mode of the hostile guest.</summary>
/// <param name="Kinds">Alone, hostile, control.</param>
/// <param name="Ratios">Hostile against control, which is the one that counts; hostile and control against alone.</param>
public sealed record ModeSummary(string Mode, IReadOnlyList<KindSummary> Kinds, IReadOnlyList<P99Ratio> Ratios)
{
    /// <summary>Summarizes the turns of one mode; there are equally many of each kind.</summary>
    public static ModeSummary Of(IReadOnlyCollection<Turn> turns)
    {
        var (alone, hostile, control) = (Kind(TurnKind.Alone), Kind(TurnKind.Hostile), Kind(TurnKind.Control));
        return new ModeSummary(
            alone[0].Mode,
            [KindSummary.Of(alone), KindSummary.Of(hostile), KindSummary.Of(control)],
            [P99Ratio.Of(hostile, control), P99Ratio.Of(hostile, alone), P99Ratio.Of(control, alone)]);

        List<Turn> Kind(TurnKind kind) => [.. turns.Where(turn => turn.Kind == kind)];
    }
}
