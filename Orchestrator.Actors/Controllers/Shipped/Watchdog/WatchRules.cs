using Orchestrator.Actors.Events;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Controllers.Shipped.Watchdog;

/// <summary>What is done about an agent that does not come back.</summary>
internal enum WatchPolicy
{
    /// <summary>It is told.</summary>
    Notify,

    /// <summary>Its VM is reset, a few times.</summary>
    Reset,
}

/// <summary>What is to be done now.</summary>
internal enum WatchAction
{
    /// <summary>Nothing yet.</summary>
    Wait,

    /// <summary>The agent is there, or is not missed any more.</summary>
    Forget,

    Notify,

    Reset,
}

/// <summary>The watchdog's options.</summary>
internal sealed record WatchOptions(WatchPolicy Policy, TimeSpan Patience, int MaxResets, TimeSpan Window, TimeSpan BootTime, TimeSpan ShutdownTime);

/// <summary>When an agent is missed, and what is done then: pure functions.</summary>
internal static class WatchRules
{
    /// <summary>A loss so soon after the guest's end, or begin, is a part of it.</summary>
    private static readonly TimeSpan EndTime = TimeSpan.FromSeconds(10);

    /// <summary>What an event means.</summary>
    public static WatchState On(WatchState state, FleetEvent happened, WatchOptions options) => happened.Name switch
    {
        "GUEST_AGENT_LOST" => Lose(state, happened),
        "GUEST_STARTUP" or "GUEST_AGENT_RESTARTED" or "GUEST_QUARANTINED" => state.Well() with { EndedAt = null },
        "SHUTDOWN" or "GUEST_SHUTDOWN" => state.Well() with { EndedAt = happened.Time },
        "RESET" or "GUEST_REBOOT" => Restart(state, happened.Time, options),
        "POWERDOWN" => state.Excuse(happened.Time + options.ShutdownTime),
        "RESUME" or "WAKEUP" => state.Excuse(happened.Time),
        "GUEST_FSFREEZE_CHANGED" when happened.Text("state") == "thawed" => state.Excuse(happened.Time),
        "MIGRATION" => Migrate(state, happened),
        _ => state,
    };

    /// <summary>When something is to be done; <see langword="null"/> if never.</summary>
    public static DateTimeOffset? DueAt(WatchState state, WatchOptions options) => state is { LostAt: { } lostAt, IsTold: false }
        ? (state.ExcusedUntil > lostAt ? state.ExcusedUntil : lostAt) + options.Patience
        : null;

    /// <summary>What is to be done.</summary>
    /// <param name="state">Of the agent.</param>
    /// <param name="vms">The VM as the inventory has it: two during a migration, none if it has left.</param>
    /// <param name="now">The node's clock.</param>
    /// <param name="options">The watchdog's.</param>
    public static WatchAction Decide(WatchState state, IReadOnlyList<VmSnapshot> vms, DateTimeOffset now, WatchOptions options)
    {
        if (DueAt(state, options) is not { } dueAt || now < dueAt)
            return WatchAction.Wait;
        if (vms.Count == 0 || vms.Any(IsNotMissed))
            return WatchAction.Forget;
        if (state.IsMigrating || vms is not [{ State: VmState.Running, Freeze: FreezeState.Thawed, Agent: AgentState.Absent or AgentState.Unresponsive }])
            return WatchAction.Wait;
        return options.Policy == WatchPolicy.Reset && CanHelp(state) && RecentResets(state, now, options).Count < options.MaxResets ? WatchAction.Reset : WatchAction.Notify;
    }

    /// <summary>Whether a migration is under way (QEMU, qapi/migration.json, enum MigrationStatus).</summary>
    public static bool IsMigrating(string? status) => status is not (null or "none" or "completed" or "failed" or "cancelled");

    /// <summary>The VM is being reset.</summary>
    public static WatchState Reset(WatchState state, DateTimeOffset now, WatchOptions options) =>
        state.Excuse(now + options.BootTime) with { IsReset = true, Resets = [.. RecentResets(state, now, options), now] };

    /// <summary>The watchdog's resets of the VM that still count.</summary>
    public static IReadOnlyList<DateTimeOffset> RecentResets(WatchState state, DateTimeOffset now, WatchOptions options) =>
        state.Resets is null ? [] : [.. state.Resets.Where(reset => reset > now - options.Window)];

    private static WatchState Lose(WatchState state, FleetEvent happened)
    {
        var isPartOfEnd = state.EndedAt is { } endedAt && happened.Time - endedAt < EndTime;
        return state.LostAt is not null || isPartOfEnd ? state : state with { LostAt = happened.Time, Reason = happened.Text("reason") };
    }

    /// <summary>The watchdog's own reset is not the end of its watch: the guest has its time to boot, from each of the resets that firmware makes of one.</summary>
    private static WatchState Restart(WatchState state, DateTimeOffset at, WatchOptions options) =>
        (state.IsReset ? state.Excuse(at + options.BootTime) : state.Well()) with { EndedAt = at };

    private static WatchState Migrate(WatchState state, FleetEvent happened)
    {
        var goesOn = IsMigrating(happened.Text("status"));
        return (goesOn ? state : state.Excuse(happened.Time)) with { IsMigrating = goesOn };
    }

    private static bool IsNotMissed(VmSnapshot vm) => vm.Agent is AgentState.Ready or AgentState.None or AgentState.Quarantined || vm.State == VmState.Stopped;

    /// <summary>A channel that failed on the host's side is not mended by a reset of the guest.</summary>
    private static bool CanHelp(WatchState state) => state.Reason != "channel-failed";
}
