using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms.Agent;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Actors.Vms;

/// <summary>How it is found out what became of a command whose session is gone.</summary>
internal enum EvidenceStep
{
    /// <summary>The program is asked about by its pid.</summary>
    FollowProgram,

    /// <summary>The command itself is asked again: it only reads, or twice is the same as once.</summary>
    AskAgain,

    /// <summary>The agent is asked whether it is frozen.</summary>
    AskFreezeStatus,

    /// <summary>Nothing in the guest can tell.</summary>
    GiveUp,
}

/// <summary>Evidence for commands that may have been sent by a session that is gone: the documentation's table (docs/OUTCOMES.md), as pure functions.</summary>
internal static class EvidenceRules
{
    /// <summary>What to ask.</summary>
    /// <param name="plan">What was, perhaps, sent.</param>
    /// <param name="program">The program that it started, if that is known.</param>
    public static EvidenceStep StepOf(JobPlan plan, ExecEvidence? program)
    {
        var command = plan.Command;
        if (program is not null)
            return EvidenceStep.FollowProgram;
        if (plan.Route == CommandRoute.Guest && CommandKinds.Of(command) == CommandKind.Freeze)
            return EvidenceStep.AskFreezeStatus;
        return plan.Route != CommandRoute.Run && IsRepeatable(command) ? EvidenceStep.AskAgain : EvidenceStep.GiveUp;
    }

    /// <summary>Whether a command may be sent twice.</summary>
    public static bool IsRepeatable(EncodedCommand command) =>
        // A time that was right then is wrong now.
        command.Class != CommandClass.NonIdempotent && !(command.Name == "guest-set-time" && command.Arguments.Length > "{}".Length);

    /// <summary>Whether an answer that is cut costs its command its outcome. The end of a program is told once.</summary>
    public static bool IsLostWithAnswer(EncodedCommand command) => !IsRepeatable(command) || command.Name == "guest-exec-status";

    /// <summary>The end without evidence.</summary>
    public static Verdict Without(JobPlan plan, ExecEvidence? program, string reason, string message) => program is { Pid: var pid }
        ? new Verdict(Phase.Unknown, reason, Effect.Applied, $"pid {pid} was started; its end is not known: {message}") { Exec = new ExecOutcome { Pid = pid } }
        : new Verdict(Phase.Unknown, reason, plan.Command.Class == CommandClass.ReadOnly ? Effect.None : Effect.Unknown, message);

    /// <summary>Whether the agent that answers now is another process than the one that started a program; <see langword="false"/> where the guest cannot tell.</summary>
    public static bool IsOtherProcess(ExecEvidence program, string? agent) => program.Agent is { } then && agent is not null && then != agent;

    /// <summary>
    /// What <c>guest-fsfreeze-status</c> says of a freeze; <see langword="null"/> if it says nothing. Thawed proves that a repetition is safe, not
    /// that it never was frozen.
    /// </summary>
    public static Verdict? OfFreeze(CommandResult status) => status switch
    {
        CommandResult.Returned when GuestIdentity.IsFrozen(status) =>
            new Verdict(Phase.Succeeded, null, Effect.Applied, "the guest is frozen, as it says itself; how many filesystems is not known"),
        CommandResult.Returned => new Verdict(Phase.Unknown, Reasons.ReplyLost, Effect.None, "the guest is not frozen now"),
        CommandResult.Refused refused => new Verdict(Phase.Unknown, Reasons.ReplyLost, Effect.Unknown, $"guest-fsfreeze-status: {refused.Error.Description}"),
        _ => null,
    };

    /// <summary>A repetition that was not sent proves nothing about the first time.</summary>
    public static Verdict OfRepetition(Verdict verdict, JobPlan plan, ExecEvidence? program) => verdict.Phase is Phase.Undelivered or Phase.Cancelled or Phase.Skipped
        ? Without(plan, program, Reasons.ReconcileTimeout, $"the command may have been sent before, and could not be asked again: {verdict.Reason ?? verdict.Phase.ToString()}")
        : verdict;
}
