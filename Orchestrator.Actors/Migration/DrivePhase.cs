namespace Orchestrator.Actors.Migration;

/// <summary>Where a migration stands. Stable names: safe to switch on.</summary>
public enum DrivePhase
{
    /// <summary>Others go first.</summary>
    Queued,

    /// <summary>Its frozen guest is thawed.</summary>
    Thawing,

    /// <summary>The destination's QEMU is sought, or started.</summary>
    Preparing,

    /// <summary>Both QEMUs are asked what they have. Nothing has been changed.</summary>
    Checking,

    /// <summary>Both QEMUs are set, and the destination begins to listen.</summary>
    Configuring,

    /// <summary>The guest runs at the source and is copied.</summary>
    Copying,

    /// <summary>Little is left: the agent gets no new command, and what it does is waited for.</summary>
    Draining,

    /// <summary>The agent does nothing: QEMU may stop the guest.</summary>
    Converging,

    /// <summary>The guest stands still, and the last of it is sent.</summary>
    Switchover,

    /// <summary>The guest runs at the destination and fetches the rest of its memory. There is no way back.</summary>
    PostCopy,

    /// <summary>The source is done: the destination is asked whether the guest is there.</summary>
    Arriving,

    /// <summary>QEMU was told to give it up.</summary>
    Cancelling,

    /// <summary>What was set is set as it was.</summary>
    Restoring,

    /// <summary>It has its outcome.</summary>
    Ended,
}
