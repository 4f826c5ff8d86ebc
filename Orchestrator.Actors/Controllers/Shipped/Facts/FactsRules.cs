using Orchestrator.Actors.Events;

namespace Orchestrator.Actors.Controllers.Shipped.Facts;

/// <summary>Which event means that something is to be asked: pure functions.</summary>
internal static class FactsRules
{
    /// <summary>Attempts in a row that fail before the VM is left to the next event.</summary>
    public const int MaxFailures = 5;

    /// <summary>From one round of questions to the next one that a guest brings about.</summary>
    public static readonly TimeSpan Calm = TimeSpan.FromSeconds(10);

    /// <summary>What an event means.</summary>
    /// <param name="state">Before.</param>
    /// <param name="happened">Of the VM.</param>
    /// <param name="minPause">After a shorter pause the guest is as it was.</param>
    public static FactsState On(FactsState state, FleetEvent happened, TimeSpan minPause) => happened.Name switch
    {
        "GUEST_STARTUP" => state.Needs(FactAreas.All) with { StoppedAt = null },
        "GUEST_NETWORK_CHANGED" => state.Needs(FactAreas.Net),
        "GUEST_USERS_CHANGED" => state.Needs(FactAreas.Users),
        "GUEST_FILESYSTEM_CHANGED" => state.Needs(FactAreas.Fs),
        "STOP" or "SUSPEND" => state with { StoppedAt = happened.Time },
        "RESET" when happened.Text("reason") == "snapshot-load" => state with { StoppedAt = null },
        "RESUME" or "WAKEUP" => IsShort(happened.Time - state.StoppedAt, minPause) ? state with { StoppedAt = null } : state.Needs(FactAreas.All) with { StoppedAt = null },
        // The next agent is asked everything.
        "SHUTDOWN" or "RESET" => state with { Due = FactAreas.None, StoppedAt = null },
        _ => state,
    };

    /// <summary>After an area was asked about.</summary>
    /// <param name="state">Before.</param>
    /// <param name="area">Which.</param>
    /// <param name="trouble">How that failed, if it did.</param>
    public static FactsState After(FactsState state, FactAreas area, CommandTrouble? trouble) => trouble?.Kind switch
    {
        null => state with { Due = state.Due & ~area, Failures = 0 },
        TroubleKind.Lacking => state with { Due = state.Due & ~area, Lacking = state.Lacking | area },
        _ when state.Failures + 1 >= MaxFailures => state with { Due = FactAreas.None, Failures = 0 },
        _ => state with { Failures = state.Failures + 1 },
    };

    private static bool IsShort(TimeSpan? pause, TimeSpan minPause) => pause is { } known && known >= TimeSpan.Zero && known < minPause;
}
