namespace Orchestrator.Actors.Freezing;

/// <summary>What happens to a <see cref="LeaseMachine"/>.</summary>
internal abstract record LeaseInput
{
    private LeaseInput()
    {
    }

    /// <summary>A lease is wanted.</summary>
    public sealed record Prepare(FreezeLease Lease) : LeaseInput;

    /// <summary>The lease is on disk, or is not.</summary>
    /// <param name="Failure">Why not; <see langword="null"/> if it is.</param>
    public sealed record Recorded(string? Failure) : LeaseInput;

    /// <summary>Freeze now.</summary>
    public sealed record Freeze : LeaseInput;

    /// <summary>The freeze is not sent after all: what the VM says to it has changed since it was prepared.</summary>
    public sealed record Denied(string Reason, string Message) : LeaseInput;

    /// <summary>How the freeze ended on the wire.</summary>
    /// <param name="End">In short.</param>
    /// <param name="Filesystems">How many are frozen.</param>
    /// <param name="Reason">Why it failed: one of <see cref="FanOut.Reasons"/>.</param>
    /// <param name="Message">The same for people.</param>
    public sealed record FreezeEnded(FreezeEnd End, int Filesystems = 0, string? Reason = null, string? Message = null) : LeaseInput;

    /// <summary>The agent told whether it is frozen, or that could not be found out (<see langword="null"/>).</summary>
    public sealed record StatusTold(bool? Frozen) : LeaseInput;

    /// <summary>The thaw ended.</summary>
    /// <param name="Failure">Why it is not confirmed; <see langword="null"/> if it is.</param>
    public sealed record ThawEnded(string? Failure) : LeaseInput;

    /// <summary>Somebody else's thaw succeeded.</summary>
    public sealed record ThawedByOthers : LeaseInput;

    /// <summary>A thaw is wanted.</summary>
    public sealed record Thaw(ThawCause Cause) : LeaseInput;

    /// <summary>The owner is alive.</summary>
    public sealed record Extend(FreezeLease Lease) : LeaseInput;

    /// <summary>The lease's deadline has passed.</summary>
    public sealed record Expired : LeaseInput;

    /// <summary>The thaw has been on its way for too long.</summary>
    public sealed record ThawOverdue : LeaseInput;

    /// <summary>The pause after a failed thaw is over, or the agent serves anew.</summary>
    public sealed record RetryDue : LeaseInput;
}

/// <summary>How a freeze ended on the wire.</summary>
internal enum FreezeEnd
{
    /// <summary>The agent answered how many filesystems are frozen.</summary>
    Frozen,

    /// <summary>Provably not sent.</summary>
    NotSent,

    /// <summary>The agent does not take it: it is frozen by somebody else, or has not the command.</summary>
    NotTaken,

    /// <summary>The agent tried, and failed.</summary>
    Failed,

    /// <summary>No usable answer.</summary>
    Unknown,
}

/// <summary>What a <see cref="LeaseMachine"/> wants done, in order.</summary>
internal enum LeaseAction
{
    /// <summary>Write the lease.</summary>
    Record,

    /// <summary>Forget the lease.</summary>
    Forget,

    /// <summary>Wake at the lease's deadline, in the place of an earlier one.</summary>
    ArmDeadline,

    /// <summary>Send the freeze.</summary>
    SendFreeze,

    /// <summary>Ask the agent whether it is frozen.</summary>
    AskStatus,

    /// <summary>Send the thaw before everything else, and wake when it is overdue.</summary>
    SendThaw,

    /// <summary>Wake after a pause that grows with the failures.</summary>
    ArmRetry,

    /// <summary>Tell the operators that a thaw has failed.</summary>
    Alarm,
}
