namespace Orchestrator.Actors.Freezing;

/// <summary>Where a VM stands on its way into the freeze and out of it. Stable names: safe to switch on.</summary>
public enum LeasePhase
{
    /// <summary>No lease.</summary>
    Thawed,

    /// <summary>The lease is being written to disk; no byte was sent.</summary>
    Recording,

    /// <summary>The lease is on disk; the freeze may be sent.</summary>
    Prepared,

    /// <summary>The freeze was sent and is not answered.</summary>
    Freezing,

    /// <summary>No answer to the freeze can come any more: the agent is asked, and then thawed in any case.</summary>
    FreezeUnknown,

    /// <summary>Frozen.</summary>
    Frozen,

    /// <summary>The thaw was sent, or waits for the agent to be able to take it.</summary>
    Thawing,

    /// <summary>A thaw failed or is overdue: an alarm was raised, and it is tried until it succeeds.</summary>
    ThawFailed,
}

/// <summary>Why a VM is thawed. Stable names: safe to switch on.</summary>
public enum ThawCause
{
    /// <summary>Somebody asked for it.</summary>
    Requested,

    /// <summary>The lease's time was over.</summary>
    Expired,

    /// <summary>The node, or the VM's actor, was started anew.</summary>
    Restarted,

    /// <summary>The freeze failed, or nobody knows whether it did.</summary>
    FreezeFailed,

    /// <summary>The guest was not frozen any more: somebody else thawed it, or it was rebooted.</summary>
    Lost,
}
