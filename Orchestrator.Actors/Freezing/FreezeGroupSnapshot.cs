using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Freezing;

/// <summary>Where a group stands. Stable names: safe to switch on.</summary>
public enum FreezeGroupPhase
{
    /// <summary>VMs are asked whether they can, and their leases are written.</summary>
    Preparing,

    /// <summary>The freeze is on its way to all of them.</summary>
    Freezing,

    /// <summary>All are as they should be.</summary>
    Frozen,

    /// <summary>They are being thawed.</summary>
    Thawing,

    /// <summary>None is frozen any more.</summary>
    Thawed,

    /// <summary>Some VM failed, so none is frozen; but of one whose node was lost nobody knows (<see cref="FreezeStage.Unknown"/>).</summary>
    Failed,
}

/// <summary>Where a VM of a group stands. Stable names: safe to switch on.</summary>
public enum FreezeStage
{
    /// <summary>Not decided.</summary>
    Pending,

    /// <summary>Its lease is on disk.</summary>
    Prepared,

    /// <summary>Frozen.</summary>
    Frozen,

    /// <summary>Not frozen, and as consistent as it can be.</summary>
    Accepted,

    /// <summary>Being thawed.</summary>
    Thawing,

    /// <summary>The thaw fails, and is tried until it succeeds.</summary>
    ThawFailed,

    /// <summary>It was frozen and is not any more.</summary>
    Thawed,

    /// <summary>It was not frozen, for a reason of its own.</summary>
    Failed,

    /// <summary>It was not frozen, because another VM failed.</summary>
    Skipped,

    /// <summary>Its node does not answer, so nobody knows; the node thaws it by itself, at its lease's end or when it starts.</summary>
    Unknown,
}

/// <summary>A group as it stands.</summary>
/// <param name="Id">A ULID.</param>
/// <param name="Spec">What was asked.</param>
/// <param name="Phase">Where it stands.</param>
/// <param name="CreatedAt">When it was asked.</param>
/// <param name="Skew">From the first VM's answer to the freeze to the last one's; <see langword="null"/> before.</param>
/// <param name="Members">In the order of VmHosts and names.</param>
public sealed record FreezeGroupSnapshot(string Id, FreezeSpec Spec, FreezeGroupPhase Phase, DateTimeOffset CreatedAt, TimeSpan? Skew, IReadOnlyList<FreezeMember> Members);

/// <summary>A VM of a group.</summary>
public sealed record FreezeMember
{
    /// <summary>Its lease's id, also where none was given.</summary>
    public required string LeaseId { get; init; }

    /// <summary>The VM as it was last seen.</summary>
    public required VmSnapshot Vm { get; init; }

    /// <summary>Where it stands.</summary>
    public FreezeStage Stage { get; init; }

    /// <summary>What a copy is, or was, worth; <see langword="null"/> until that is known, and if it failed.</summary>
    public Consistency? Consistency { get; init; }

    /// <summary>How many filesystems were frozen.</summary>
    public int Filesystems { get; init; }

    /// <summary>When it is thawed whatever happens.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>From the agent's answer to the freeze to that to the thaw.</summary>
    public TimeSpan? FrozenFor { get; init; }

    /// <summary>Why it was thawed.</summary>
    public ThawCause? Cause { get; init; }

    /// <summary>Why it is not frozen: one of <see cref="FanOut.Reasons"/>.</summary>
    public string? Reason { get; init; }

    /// <summary>The same for people.</summary>
    public string? Message { get; init; }

    /// <summary>Timestamp of the agent's answer to the freeze.</summary>
    internal long FrozenAt { get; init; }
}
