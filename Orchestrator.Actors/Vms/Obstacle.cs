using Orchestrator.Actors.FanOut;

namespace Orchestrator.Actors.Vms;

/// <summary>What may keep a VM from taking a command: the rows of the decision table (docs/OUTCOMES.md).</summary>
internal enum ObstacleKind
{
    /// <summary>The VM has no agent channel at all.</summary>
    NoChannel,

    /// <summary>QEMU does not answer on an open connection.</summary>
    SilentQemu,

    /// <summary>There is no connection to write on.</summary>
    Unreachable,

    /// <summary>The guest's processors are stopped.</summary>
    Paused,

    /// <summary>The guest is at a migration's switchover, only arriving, or gone.</summary>
    Migrating,

    /// <summary>The guest is between the two QEMUs of a migration that is followed: it will run again at one of them.</summary>
    Switching,

    /// <summary>The guest is still served here while it is copied: keeps only a freeze from beginning.</summary>
    Copying,

    /// <summary>The guest is off.</summary>
    Off,

    /// <summary>The guest has not opened its end of the channel.</summary>
    Absent,

    /// <summary>The guest is not trusted.</summary>
    Quarantined,

    /// <summary>The agent does not answer.</summary>
    SilentAgent,

    /// <summary>The agent has not the command, or it is disabled.</summary>
    Incapable,

    /// <summary>The filesystems are frozen.</summary>
    Frozen,
}

/// <summary>One of them, in the words of an outcome.</summary>
/// <param name="Kind">Which.</param>
/// <param name="End">How an invocation ends that is not to wait for it.</param>
internal sealed record Obstacle(ObstacleKind Kind, Rejection End)
{
    /// <summary>Why an invocation waits for it or is skipped: one of <see cref="Reasons"/>.</summary>
    public string Condition { get; init; } = End.Reason;
}
