namespace Orchestrator.Actors.Controllers.Shipped.Watchdog;

/// <summary>What is known of one VM's agent; kept between the handlers.</summary>
internal sealed record WatchState
{
    /// <summary>When the agent was lost; <see langword="null"/> while it is not.</summary>
    public DateTimeOffset? LostAt { get; init; }

    /// <summary>Why it counts as lost, in the event's word.</summary>
    public string? Reason { get; init; }

    /// <summary>Before this the patience has not begun: something else was the reason, or may have been.</summary>
    public DateTimeOffset? ExcusedUntil { get; init; }

    /// <summary>When the guest last ended or began anew.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Whether the guest is being copied to another QEMU.</summary>
    public bool IsMigrating { get; init; }

    /// <summary>Whether this loss was told, and nothing more is to be done about it.</summary>
    public bool IsTold { get; init; }

    /// <summary>Whether the guest was reset because of this loss.</summary>
    public bool IsReset { get; init; }

    /// <summary>When the VM was reset by the watchdog, within the window; oldest first.</summary>
    public IReadOnlyList<DateTimeOffset>? Resets { get; init; }

    /// <summary>The agent is there, or is not missed.</summary>
    public WatchState Well() => this with { LostAt = null, Reason = null, ExcusedUntil = null, IsTold = false, IsReset = false };

    /// <summary>The patience does not begin before a moment.</summary>
    public WatchState Excuse(DateTimeOffset until) => this with { ExcusedUntil = ExcusedUntil > until ? ExcusedUntil : until };
}
