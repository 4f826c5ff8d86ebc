using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Agent.Composites;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Actors.FanOut;

/// <summary>How an invocation ended, before the VM's name is put on it.</summary>
internal sealed record Verdict(Phase Phase, string? Reason, Effect Effect, string? Message = null)
{
    public ReadOnlyMemory<byte> Result { get; init; }

    public OutcomeError? Error { get; init; }

    public ExecOutcome? Exec { get; init; }
}

/// <summary>From what happened on the wire to phase, reason and effect: pure functions, the documentation's table (docs/OUTCOMES.md).</summary>
internal static class OutcomeRules
{
    /// <summary>The agent's own words for a program that it could not start, the one description that is a contract of its own.</summary>
    private const string NotExecuted = "Failed to execute child process";

    private const int MaxExcerptBytes = 32;

    public static Verdict Of(Rejection rejection) => new(rejection.Phase, rejection.Reason, Effect.None, rejection.Message);

    /// <summary>Of a command to the agent or to QEMU.</summary>
    public static Verdict Of(CommandResult result, EncodedCommand command, VmCondition vm) => result switch
    {
        CommandResult.Returned returned => new Verdict(Phase.Succeeded, null, Effect.Applied) { Result = returned.Value },
        CommandResult.Refused refused => OfRefusal(refused.Error, command, vm),
        CommandResult.Violated violated => OfViolation(violated.Violation, command),
        CommandResult.NoReply { Written: false } unsent => OfUnsent(unsent, command, vm),
        CommandResult.NoReply silence => OfSilence(silence, command, vm),
        _ => throw new ArgumentOutOfRangeException(nameof(result)),
    };

    /// <summary>Of a command that was carried out with others.</summary>
    public static Verdict Of(CompositeResult result, JobPlan plan, VmCondition vm) => result switch
    {
        CompositeResult.Ended ended => OfPart(Of(ended.Result, plan.Command, vm), ended.Partial),
        CompositeResult.Failed failed => OfPart(new Verdict(Phase.Failed, failed.Fault.ToString(), EffectOfLoss(plan.Command), failed.Detail), failed.Partial),
        CompositeResult.Ran { Program: ExecResult.Exited exited } ran when plan.Route == CommandRoute.Guest =>
            Of(exited.Status.ToRunResult(), plan.Command, vm) with { Message = ran.Note },
        CompositeResult.Ran ran => Noted(Of(ran.Program, plan.Command, vm), ran.Note),
        _ => throw new ArgumentOutOfRangeException(nameof(result)),
    };

    /// <summary>Of a program.</summary>
    public static Verdict Of(ExecResult result, EncodedCommand start, VmCondition vm) => result switch
    {
        ExecResult.NotStarted notStarted => Of(notStarted.Result, start, vm),
        ExecResult.Exited exited => OfExit(exited.Status),
        ExecResult.OutputLost lost => OfOutputLost(lost),
        ExecResult.StillRunning { HoldsPipesOnly: true } held => TimedOut(held.Pid, Reasons.PipesHeld, $"pid {held.Pid} has ended, and a child of it holds its output open: let it redirect its output"),
        ExecResult.StillRunning running => TimedOut(running.Pid, Reasons.StillRunning, $"the deadline passed and pid {running.Pid} still runs"),
        ExecResult.Lost lost => OfLost(lost, vm),
        _ => throw new ArgumentOutOfRangeException(nameof(result)),
    };

    private static Verdict OfRefusal(CommandError error, EncodedCommand command, VmCondition vm)
    {
        var (reason, effect) = (error.Class, command.FromGuest) switch
        {
            ("CommandNotFound", true) => (!command.IsComposite && vm.Capabilities?.Of(command.Name) == AgentCapability.Unknown ? Reasons.Unsupported : Reasons.DisabledByGuest, Effect.None),
            ("CommandNotFound", false) => (Reasons.Unsupported, Effect.None),
            (_, true) => (Reasons.GuestError, EffectOfError(error, command)),
            _ => (Reasons.QmpError, EffectOfError(error, command)),
        };
        return new Verdict(Phase.Refused, reason, effect) { Error = new OutcomeError(error.Class, error.Description) };
    }

    private static Effect EffectOfError(CommandError error, EncodedCommand command) =>
        command.Name is "guest-exec" or "guest-run" && error.Description.Contains(NotExecuted, StringComparison.Ordinal) ? Effect.None : EffectOfLoss(command);

    private static Verdict OfViolation(ReplyViolation violation, EncodedCommand command)
    {
        var reason = violation.Kind == ViolationKind.TooLarge ? Reasons.ReplyTooLarge : Reasons.GuestProtocolViolation;
        var place = violation.Path.Length == 0 ? "the answer" : violation.Path;
        return new Verdict(Phase.Failed, reason, EffectOfLoss(command), $"{place}: {violation.Detail}{Excerpt(violation)}");
    }

    private static string Excerpt(ReplyViolation violation) => violation.Excerpt.IsEmpty
        ? ""
        : $" (from byte {violation.Offset}: {Convert.ToHexStringLower(violation.Excerpt.Span[..Math.Min(violation.Excerpt.Length, MaxExcerptBytes)])})";

    private static Verdict OfUnsent(CommandResult.NoReply unsent, EncodedCommand command, VmCondition vm) => unsent.Cause switch
    {
        NoReplyCause.Cancelled => new Verdict(Phase.Cancelled, null, Effect.None, unsent.Detail),
        NoReplyCause.QueueFull => Undelivered(Reasons.VmBusy, unsent.Detail),
        NoReplyCause.DeadlinePassed => Undelivered(command.FromGuest && vm.Agent == AgentState.Connecting ? Reasons.AgentUnresponsive : Reasons.QueueDeadline, unsent.Detail),
        // A session that is ending says so before its end is known here.
        _ => Undelivered(!command.FromGuest && vm.Qmp == QmpLink.Online ? Reasons.HostUnreachable : WhyNotReady(vm), unsent.Detail),
    };

    private static Verdict OfSilence(CommandResult.NoReply silence, EncodedCommand command, VmCondition vm)
    {
        var reason = silence.Cause switch
        {
            NoReplyCause.ConnectionLost when command.FromGuest && vm.Agent == AgentState.Quarantined => Reasons.GuestQuarantined,
            NoReplyCause.AgentRestarted => Reasons.AgentRestarted,
            NoReplyCause.Migrated => Reasons.ReplyLost,
            NoReplyCause.ConnectionLost => vm.Qmp == QmpLink.Online ? Reasons.ReplyLost : Reasons.VmLost,
            _ => WhySilent(command, vm),
        };
        return new Verdict(Phase.Unknown, reason, EffectOfLoss(command), silence.Detail);
    }

    private static string WhySilent(EncodedCommand command, VmCondition vm) => vm switch
    {
        { Qmp: QmpLink.Silent } => Reasons.QemuUnresponsive,
        { State: VmState.Paused } => Reasons.VmPaused,
        { State: VmState.Stopped } => Reasons.VmLost,
        _ => command.FromGuest ? Reasons.AgentUnresponsive : Reasons.QemuUnresponsive,
    };

    private static string WhyNotReady(VmCondition vm) => vm switch
    {
        { Qmp: QmpLink.Silent } => Reasons.QemuUnresponsive,
        { Qmp: QmpLink.Busy } => Reasons.MonitorBusy,
        { Qmp: QmpLink.Down } => Reasons.HostUnreachable,
        { State: VmState.Paused } => Reasons.VmPaused,
        { Agent: AgentState.Absent or AgentState.None } => Reasons.AgentAbsent,
        { Agent: AgentState.Quarantined } => Reasons.GuestQuarantined,
        _ => Reasons.AgentUnresponsive,
    };

    private static Verdict TimedOut(long pid, string reason, string message) =>
        new(Phase.TimedOut, reason, Effect.Applied, message) { Exec = new ExecOutcome { Pid = pid } };

    /// <summary>Something was changed before the step that failed: it can be called neither undelivered nor cancelled.</summary>
    private static Verdict OfPart(Verdict verdict, string? partial) => partial is null
        ? verdict
        : Noted(verdict with { Effect = Effect.Applied, Phase = verdict.Phase is Phase.Undelivered or Phase.Cancelled ? Phase.Failed : verdict.Phase }, partial);

    private static Verdict Noted(Verdict verdict, string? note) => note is null ? verdict : verdict with { Message = verdict.Message is { } message ? $"{message}; {note}" : note };

    private static Verdict OfOutputLost(ExecResult.OutputLost lost)
    {
        var why = lost.Result switch
        {
            CommandResult.Refused refused => refused.Error.Description,
            CommandResult.Violated violated => violated.Violation.Detail,
            CommandResult.NoReply silence => silence.Detail,
            _ => throw new ArgumentOutOfRangeException(nameof(lost)),
        };
        return new Verdict(Phase.Failed, Reasons.OutputLost, Effect.Applied, $"pid {lost.Status.Pid} has ended, and its output could not be fetched: {why}") { Exec = ExecOf(lost.Status) };
    }

    private static ExecOutcome ExecOf(ExecStatus status) => new()
    {
        Pid = status.Pid,
        ExitCode = status.ExitCode,
        Signal = status.Signal,
        Stdout = status.Stdout,
        Stderr = status.Stderr,
        StdoutTruncated = status.StdoutTruncated,
        StderrTruncated = status.StderrTruncated,
    };

    private static Verdict OfExit(ExecStatus status)
    {
        var exec = ExecOf(status);
        return status switch
        {
            { Signal: { } signal } => new Verdict(Phase.Failed, Reasons.Signaled, Effect.Applied, $"ended by signal {signal}") { Exec = exec },
            { ExitCode: not 0 } => new Verdict(Phase.Failed, Reasons.ExitNonZero, Effect.Applied, $"exit code {status.ExitCode}") { Exec = exec },
            _ => new Verdict(Phase.Succeeded, null, Effect.Applied) { Exec = exec },
        };
    }

    /// <summary>The program was started; what became of it is not known.</summary>
    private static Verdict OfLost(ExecResult.Lost lost, VmCondition vm)
    {
        var verdict = Of(lost.Result, GuestExecution.EncodeStatus(lost.Pid), vm);
        var reason = verdict.Reason == Reasons.GuestError ? Reasons.ReplyLost : verdict.Reason;
        var phase = lost.Result is CommandResult.Violated ? Phase.Failed : Phase.Unknown;
        return verdict with
        {
            Phase = phase,
            Reason = reason,
            Effect = Effect.Applied,
            Message = $"pid {lost.Pid} was started; its end is not known: {verdict.Message ?? verdict.Error?.Description}",
            Exec = new ExecOutcome { Pid = lost.Pid },
        };
    }

    private static Effect EffectOfLoss(EncodedCommand command) => command.Class == CommandClass.ReadOnly ? Effect.None : Effect.Unknown;

    private static Verdict Undelivered(string reason, string message) => new(Phase.Undelivered, reason, Effect.None, message);
}
