using Orchestrator.Actors.Events;

namespace Orchestrator.Actors.Controllers.Shipped.TimeSync;

/// <summary>When a clock is looked at, and when it is set: pure functions.</summary>
internal static class TimeSyncRules
{
    /// <summary>Attempts at one clock that fail before it is left to the next reason.</summary>
    public const int MaxFailures = 10;

    /// <summary>From one look at a clock to the next one that a guest brings about.</summary>
    public static readonly TimeSpan Calm = TimeSpan.FromSeconds(10);

    /// <summary>What an event means for the VM's clock.</summary>
    /// <param name="state">Before.</param>
    /// <param name="happened">Of the VM.</param>
    /// <param name="minPause">A shorter pause is no reason.</param>
    public static TimeSyncState On(TimeSyncState state, FleetEvent happened, TimeSpan minPause) => happened.Name switch
    {
        "STOP" or "SUSPEND" => state with { StoppedAt = happened.Time, StoppedWhere = Where(happened), IsLoaded = false },
        "RESUME" or "WAKEUP" => Continue(state, happened, minPause),
        "RESET" when happened.Text("reason") == "snapshot-load" => state with { IsLoaded = true },
        // The next agent will be a new one, and its clock is looked at then.
        "RESET" or "SHUTDOWN" => Runs(state).Done(),
        "MIGRATION" when happened.Text("status") == "completed" => state.Needs(TimeSyncCause.Migration),
        "GUEST_STARTUP" => Runs(state).Needs(TimeSyncCause.Startup),
        _ => state,
    };

    /// <summary>Whether a clock is off by more than it may be, whatever the way of the question and the answer has added.</summary>
    public static bool IsOff(ClockReading reading, TimeSpan maxDrift) => reading.Drift.Duration() > maxDrift + (reading.RoundTrip / 2);

    /// <summary>Whether a clock is set that nobody could read.</summary>
    public static bool SetsBlindly(TimeSyncCause cause) => cause is TimeSyncCause.Resume or TimeSyncCause.Load or TimeSyncCause.Migration;

    /// <summary>What a guest is told the time is: nanoseconds since 1970.</summary>
    /// <param name="now">The host's clock, when it is sent.</param>
    /// <param name="roundTrip">Of a command that went the same way: half of it passes before the guest reads the time.</param>
    public static long Nanoseconds(DateTimeOffset now, TimeSpan roundTrip) => (now - DateTimeOffset.UnixEpoch + (roundTrip / 2)).Ticks * 100;

    private static TimeSyncState Continue(TimeSyncState state, FleetEvent happened, TimeSpan minPause)
    {
        var running = Runs(state);
        if (state.IsLoaded)
            return running.Needs(TimeSyncCause.Load);
        if (state.StoppedAt is not { } stoppedAt)
            return running.Needs(TimeSyncCause.Resume);
        if (state.StoppedWhere != Where(happened))
            return running.Needs(TimeSyncCause.Migration);
        var pause = happened.Time - stoppedAt;
        return pause >= minPause || pause < TimeSpan.Zero ? running.Needs(TimeSyncCause.Resume) : running;
    }

    private static TimeSyncState Runs(TimeSyncState state) => state with { StoppedAt = null, StoppedWhere = null, IsLoaded = false };

    private static string Where(FleetEvent happened) => $"{happened.Host}/{happened.VmName}";
}

/// <summary>A guest's clock, read once.</summary>
/// <param name="Drift">How far it is ahead of the host's.</param>
/// <param name="RoundTrip">From the question to the answer: <paramref name="Drift"/> is uncertain by half of it.</param>
internal sealed record ClockReading(TimeSpan Drift, TimeSpan RoundTrip);
