namespace Orchestrator.Actors.Freezing;

/// <summary>
/// One VM's way into a freeze and out of it, as a value: what happens makes a new one, and says what is to be done. Whatever happens after a byte
/// of the freeze was sent, and in whatever order, a thaw follows, and goes on until it is confirmed.
/// </summary>
internal sealed record LeaseMachine
{
    /// <summary>At rest.</summary>
    public static readonly LeaseMachine Thawed = new();

    public LeasePhase Phase { get; private init; }

    /// <summary>Not <see langword="null"/> unless <see cref="LeasePhase.Thawed"/>; then, the one that has ended.</summary>
    public FreezeLease? Lease { get; private init; }

    /// <summary>How many filesystems were frozen.</summary>
    public int Filesystems { get; private init; }

    /// <summary>Thaws that failed, in a row.</summary>
    public int Failures { get; private init; }

    /// <summary>Why it is, or was, thawed.</summary>
    public ThawCause? Cause { get; private init; }

    /// <summary>Whether it was frozen under this lease, as the agent has answered.</summary>
    public bool WasFrozen { get; private init; }

    /// <summary>Why the freeze failed (one of <see cref="FanOut.Reasons"/>); <see langword="null"/> if it has not.</summary>
    public string? Reason { get; private init; }

    /// <summary>For people: what went wrong last.</summary>
    public string? Message { get; private init; }

    /// <summary>Whether a thaw is on its way, so that a failure will be told.</summary>
    public bool IsThawUnderWay { get; private init; }

    /// <summary>A lease of before: nobody knows whether its freeze was sent, so it is thawed.</summary>
    public static (LeaseMachine Next, LeaseAction[] Actions) Resume(FreezeLease lease) =>
        new LeaseMachine { Phase = LeasePhase.Frozen, Lease = lease }.StartThaw(ThawCause.Restarted);

    /// <summary>One that another node has told of: to be looked at.</summary>
    public static LeaseMachine Of(Routing.LeaseStanding standing, FreezeLease lease) => new()
    {
        Phase = standing.Phase,
        Lease = lease with { Deadline = standing.Deadline },
        Filesystems = standing.Filesystems,
        Failures = standing.Failures,
        Cause = standing.Cause,
        WasFrozen = standing.WasFrozen,
        Reason = standing.Reason,
        Message = standing.Message,
    };

    /// <summary>The next state. What does not belong to the present one changes nothing.</summary>
    public (LeaseMachine Next, LeaseAction[] Actions) On(LeaseInput input) => (Phase, input) switch
    {
        (LeasePhase.Thawed, LeaseInput.Prepare prepare) =>
            (new LeaseMachine { Phase = LeasePhase.Recording, Lease = prepare.Lease }, [LeaseAction.Record, LeaseAction.ArmDeadline]),

        (LeasePhase.Recording, LeaseInput.Recorded { Failure: { } failure }) => (Ended(FanOut.Reasons.LeaseNotRecorded, failure), [LeaseAction.Forget]),
        (LeasePhase.Recording, LeaseInput.Recorded) when Cause is not null => (Ended(), [LeaseAction.Forget]),
        (LeasePhase.Recording, LeaseInput.Recorded) => (this with { Phase = LeasePhase.Prepared }, []),
        (LeasePhase.Recording, LeaseInput.Thaw thaw) => (this with { Cause = Cause ?? thaw.Cause }, []),
        (LeasePhase.Recording, LeaseInput.Expired) => (this with { Cause = Cause ?? ThawCause.Expired }, []),

        (LeasePhase.Prepared, LeaseInput.Freeze) => (this with { Phase = LeasePhase.Freezing }, [LeaseAction.SendFreeze]),
        (LeasePhase.Prepared, LeaseInput.Denied denied) => (Ended(denied.Reason, denied.Message), [LeaseAction.Forget]),
        (LeasePhase.Prepared, LeaseInput.Thaw thaw) => ((this with { Cause = thaw.Cause }).Ended(), [LeaseAction.Forget]),
        (LeasePhase.Prepared, LeaseInput.Expired) => ((this with { Cause = ThawCause.Expired }).Ended(), [LeaseAction.Forget]),

        (LeasePhase.Freezing, LeaseInput.FreezeEnded ended) => OnFreezeEnded(ended),
        (LeasePhase.Freezing, LeaseInput.Thaw thaw) => (this with { Cause = Cause ?? thaw.Cause }, []),
        (LeasePhase.Freezing, LeaseInput.Expired) => (this with { Cause = Cause ?? ThawCause.Expired }, []),

        (LeasePhase.FreezeUnknown, LeaseInput.StatusTold told) => (this with { Message = $"{Message}; {Words(told.Frozen)}" }).StartThaw(ThawCause.FreezeFailed),
        (LeasePhase.FreezeUnknown, LeaseInput.Expired or LeaseInput.Thaw) => StartThaw(ThawCause.FreezeFailed),

        (LeasePhase.Frozen, LeaseInput.Thaw thaw) => StartThaw(thaw.Cause),
        (LeasePhase.Frozen, LeaseInput.Expired) => StartThaw(ThawCause.Expired),
        (LeasePhase.Frozen, LeaseInput.StatusTold { Frozen: false }) => StartThaw(ThawCause.Lost),
        (LeasePhase.Frozen, LeaseInput.ThawedByOthers) => ((this with { Cause = ThawCause.Lost }).Ended(), [LeaseAction.Forget]),
        (LeasePhase.Frozen, LeaseInput.Extend extend) when extend.Lease.Id == Lease!.Id => (this with { Lease = extend.Lease }, [LeaseAction.Record, LeaseAction.ArmDeadline]),

        (LeasePhase.Thawing or LeasePhase.ThawFailed, LeaseInput.ThawEnded { Failure: null }) => (Ended(), [LeaseAction.Forget]),
        (LeasePhase.Thawing or LeasePhase.ThawFailed, LeaseInput.ThawEnded { Failure: { } failure }) =>
            (this with { Phase = LeasePhase.ThawFailed, IsThawUnderWay = false, Failures = Failures + 1, Message = failure }, [LeaseAction.Alarm, LeaseAction.ArmRetry]),
        (LeasePhase.ThawFailed, LeaseInput.RetryDue) when !IsThawUnderWay => (this with { IsThawUnderWay = true }, [LeaseAction.SendThaw]),
        (LeasePhase.Thawing, LeaseInput.ThawOverdue) =>
            (this with { Phase = LeasePhase.ThawFailed, Message = "the agent has not taken the thaw yet: it goes before everything else as soon as the agent answers" }, [LeaseAction.Alarm]),

        _ => (this, []),
    };

    private (LeaseMachine Next, LeaseAction[] Actions) OnFreezeEnded(LeaseInput.FreezeEnded ended)
    {
        switch (ended.End)
        {
            case FreezeEnd.Frozen:
                var frozen = this with { Phase = LeasePhase.Frozen, Filesystems = ended.Filesystems, WasFrozen = true };
                return Cause is { } cause ? frozen.StartThaw(cause) : (frozen, []);
            case FreezeEnd.NotSent or FreezeEnd.NotTaken:
                // Where another has frozen, it is not ours to thaw.
                return (Ended(ended.Reason, ended.Message), [LeaseAction.Forget]);
            case FreezeEnd.Failed:
                return (this with { Reason = ended.Reason, Message = ended.Message }).StartThaw(ThawCause.FreezeFailed);
            default:
                return (this with { Phase = LeasePhase.FreezeUnknown, Reason = ended.Reason, Message = ended.Message }, [LeaseAction.AskStatus]);
        }
    }

    private (LeaseMachine Next, LeaseAction[] Actions) StartThaw(ThawCause cause) =>
        (this with { Phase = LeasePhase.Thawing, Cause = cause, IsThawUnderWay = true }, [LeaseAction.SendThaw]);

    private LeaseMachine Ended(string? reason = null, string? message = null) =>
        this with { Phase = LeasePhase.Thawed, IsThawUnderWay = false, Reason = reason ?? Reason, Message = message ?? (reason is null && Reason is null ? null : Message) };

    private static string Words(bool? frozen) => frozen switch
    {
        true => "the agent says that it is frozen",
        false => "the agent says that it is not frozen",
        null => "the agent does not tell whether it is frozen",
    };
}
