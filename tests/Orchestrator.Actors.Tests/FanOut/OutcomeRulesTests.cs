using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Agent.Composites;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Actors.Tests.FanOut;

public sealed class OutcomeRulesTests
{
    private static readonly EncodedCommand Ping = EncodedCommand.ForGuest("guest-ping");
    private static readonly EncodedCommand Thaw = EncodedCommand.ForGuest("guest-fsfreeze-thaw");
    private static readonly EncodedCommand Shutdown = EncodedCommand.ForGuest("guest-shutdown");
    private static readonly EncodedCommand QueryStatus = EncodedCommand.ForQmp("query-status");
    private static readonly EncodedCommand Stop = EncodedCommand.ForQmp("stop");

    /// <summary>Ready and Connecting agents with QEMU online, and everything that can be wrong, one at a time.</summary>
    private static readonly (string Name, VmCondition Vm)[] Conditions =
    [
        ("ready", Ready),
        ("connecting", Ready with { Agent = AgentState.Connecting }),
        ("unresponsive", Ready with { Agent = AgentState.Unresponsive }),
        ("absent", Ready with { Agent = AgentState.Absent }),
        ("quarantined", Ready with { Agent = AgentState.Quarantined }),
        ("none", Ready with { Agent = AgentState.None }),
        ("paused", Ready with { RunState = "paused" }),
        ("stopped", Ready with { RunState = "shutdown" }),
        ("migrating", Ready with { RunState = "postmigrate" }),
        ("silent", Ready with { Qmp = QmpLink.Silent }),
        ("busy", Ready with { Qmp = QmpLink.Busy }),
        ("down", Ready with { Qmp = QmpLink.Down }),
    ];

    private static VmCondition Ready => Tests.Vms.Conditions.Ready;

    [Fact]
    public void Commands_of_the_table_have_the_classes_they_stand_for() => Assert.Equal(
        [CommandClass.ReadOnly, CommandClass.Idempotent, CommandClass.NonIdempotent, CommandClass.ReadOnly, CommandClass.NonIdempotent],
        new[] { Ping, Thaw, Shutdown, QueryStatus, Stop }.Select(command => command.Class));

    [Fact]
    public void Command_to_QEMU_that_its_ending_session_did_not_take_is_not_the_agents_fault()
    {
        var unsent = new CommandResult.NoReply(NoReplyCause.ConnectionLost, Written: false, "lost");

        Assert.Equal(Reasons.HostUnreachable, OutcomeRules.Of(unsent, QueryStatus, Ready).Reason);
        Assert.Equal(Reasons.HostUnreachable, OutcomeRules.Of(unsent, QueryStatus, Ready with { Agent = AgentState.Absent }).Reason);
    }

    [Fact]
    public void Answers_over_command_classes()
    {
        (string, CommandResult)[] answers =
        [
            ("returned", new CommandResult.Returned("{}"u8.ToArray())),
            ("GenericError", Refused("GenericError", "no")),
            ("of-the-future", Refused("KVMMissingCap", "no")),
            ("CommandNotFound", Refused("CommandNotFound", "no")),
            ("Malformed", Violated(ViolationKind.Malformed)),
            ("Schema", Violated(ViolationKind.Schema)),
            ("TooLarge", Violated(ViolationKind.TooLarge)),
        ];

        TextTable.AssertEqual(
            // The agent of the table knows guest-ping and guest-shutdown, so that a CommandNotFound means they are disabled; it does not know thaw.
            """
            returned        Succeeded/-/Applied                  Succeeded/-/Applied                   Succeeded/-/Applied                   Succeeded/-/Applied                Succeeded/-/Applied
            GenericError    Refused/GuestError/None              Refused/GuestError/Unknown            Refused/GuestError/Unknown            Refused/QmpError/None              Refused/QmpError/Unknown
            of-the-future   Refused/GuestError/None              Refused/GuestError/Unknown            Refused/GuestError/Unknown            Refused/QmpError/None              Refused/QmpError/Unknown
            CommandNotFound Refused/DisabledByGuest/None         Refused/Unsupported/None              Refused/DisabledByGuest/None          Refused/Unsupported/None           Refused/Unsupported/None
            Malformed       Failed/GuestProtocolViolation/None   Failed/GuestProtocolViolation/Unknown Failed/GuestProtocolViolation/Unknown Failed/GuestProtocolViolation/None Failed/GuestProtocolViolation/Unknown
            Schema          Failed/GuestProtocolViolation/None   Failed/GuestProtocolViolation/Unknown Failed/GuestProtocolViolation/Unknown Failed/GuestProtocolViolation/None Failed/GuestProtocolViolation/Unknown
            TooLarge        Failed/ReplyTooLarge/None            Failed/ReplyTooLarge/Unknown          Failed/ReplyTooLarge/Unknown          Failed/ReplyTooLarge/None          Failed/ReplyTooLarge/Unknown
            """,
            answers.Select(answer => answer.Item1 + " " + string.Join(' ',
                new[] { Ping, Thaw, Shutdown, QueryStatus, Stop }.Select(command => Short(OutcomeRules.Of(answer.Item2, command, Ready))))));
    }

    [Fact]
    public void Answers_do_not_depend_on_the_condition()
    {
        CommandResult[] answers = [new CommandResult.Returned("{}"u8.ToArray()), Refused("GenericError", "no"), Violated(ViolationKind.Schema)];
        foreach (var answer in answers)
        {
            foreach (var (_, vm) in Conditions)
                Assert.Equal(OutcomeRules.Of(answer, Thaw, Ready), OutcomeRules.Of(answer, Thaw, vm));
        }
    }

    [Fact]
    public void What_was_never_written_did_nothing()
    {
        var causes = Enum.GetValues<NoReplyCause>();
        TextTable.AssertEqual(
            """
            -            DeadlinePassed                ConnectionLost                AgentRestarted                NotReady                      Cancelled   QueueFull          Migrated
            ready        Undelivered/QueueDeadline     Undelivered/AgentUnresponsive Undelivered/AgentUnresponsive Undelivered/AgentUnresponsive Cancelled/- Undelivered/VmBusy Undelivered/AgentUnresponsive
            connecting   Undelivered/AgentUnresponsive Undelivered/AgentUnresponsive Undelivered/AgentUnresponsive Undelivered/AgentUnresponsive Cancelled/- Undelivered/VmBusy Undelivered/AgentUnresponsive
            unresponsive Undelivered/QueueDeadline     Undelivered/AgentUnresponsive Undelivered/AgentUnresponsive Undelivered/AgentUnresponsive Cancelled/- Undelivered/VmBusy Undelivered/AgentUnresponsive
            absent       Undelivered/QueueDeadline     Undelivered/AgentAbsent       Undelivered/AgentAbsent       Undelivered/AgentAbsent       Cancelled/- Undelivered/VmBusy Undelivered/AgentAbsent
            quarantined  Undelivered/QueueDeadline     Undelivered/GuestQuarantined  Undelivered/GuestQuarantined  Undelivered/GuestQuarantined  Cancelled/- Undelivered/VmBusy Undelivered/GuestQuarantined
            none         Undelivered/QueueDeadline     Undelivered/AgentAbsent       Undelivered/AgentAbsent       Undelivered/AgentAbsent       Cancelled/- Undelivered/VmBusy Undelivered/AgentAbsent
            paused       Undelivered/QueueDeadline     Undelivered/VmPaused          Undelivered/VmPaused          Undelivered/VmPaused          Cancelled/- Undelivered/VmBusy Undelivered/VmPaused
            stopped      Undelivered/QueueDeadline     Undelivered/AgentUnresponsive Undelivered/AgentUnresponsive Undelivered/AgentUnresponsive Cancelled/- Undelivered/VmBusy Undelivered/AgentUnresponsive
            migrating    Undelivered/QueueDeadline     Undelivered/AgentUnresponsive Undelivered/AgentUnresponsive Undelivered/AgentUnresponsive Cancelled/- Undelivered/VmBusy Undelivered/AgentUnresponsive
            silent       Undelivered/QueueDeadline     Undelivered/QemuUnresponsive  Undelivered/QemuUnresponsive  Undelivered/QemuUnresponsive  Cancelled/- Undelivered/VmBusy Undelivered/QemuUnresponsive
            busy         Undelivered/QueueDeadline     Undelivered/MonitorBusy       Undelivered/MonitorBusy       Undelivered/MonitorBusy       Cancelled/- Undelivered/VmBusy Undelivered/MonitorBusy
            down         Undelivered/QueueDeadline     Undelivered/HostUnreachable   Undelivered/HostUnreachable   Undelivered/HostUnreachable   Cancelled/- Undelivered/VmBusy Undelivered/HostUnreachable
            """,
            Conditions.Select(condition => condition.Name + " " + string.Join(' ', causes.Select(cause =>
            {
                var verdict = OutcomeRules.Of(new CommandResult.NoReply(cause, Written: false, "why"), Shutdown, condition.Vm);
                Assert.Equal((Effect.None, "why"), (verdict.Effect, verdict.Message));
                return $"{verdict.Phase}/{verdict.Reason ?? "-"}";
            }))).Prepend("- " + string.Join(' ', causes)));
    }

    [Fact]
    public void What_was_written_and_not_answered_is_unknown_with_the_best_known_reason()
    {
        NoReplyCause[] causes = [NoReplyCause.DeadlinePassed, NoReplyCause.ConnectionLost, NoReplyCause.AgentRestarted];
        TextTable.AssertEqual(
            // Under each cause: to the guest, to QEMU.
            """
            -            DeadlinePassed                     ConnectionLost      AgentRestarted
            ready        AgentUnresponsive,QemuUnresponsive ReplyLost,ReplyLost AgentRestarted,AgentRestarted
            connecting   AgentUnresponsive,QemuUnresponsive ReplyLost,ReplyLost AgentRestarted,AgentRestarted
            unresponsive AgentUnresponsive,QemuUnresponsive ReplyLost,ReplyLost AgentRestarted,AgentRestarted
            absent       AgentUnresponsive,QemuUnresponsive ReplyLost,ReplyLost AgentRestarted,AgentRestarted
            quarantined  AgentUnresponsive,QemuUnresponsive GuestQuarantined,ReplyLost AgentRestarted,AgentRestarted
            none         AgentUnresponsive,QemuUnresponsive ReplyLost,ReplyLost AgentRestarted,AgentRestarted
            paused       VmPaused,VmPaused                  ReplyLost,ReplyLost AgentRestarted,AgentRestarted
            stopped      VmLost,VmLost                      ReplyLost,ReplyLost AgentRestarted,AgentRestarted
            migrating    AgentUnresponsive,QemuUnresponsive ReplyLost,ReplyLost AgentRestarted,AgentRestarted
            silent       QemuUnresponsive,QemuUnresponsive  VmLost,VmLost       AgentRestarted,AgentRestarted
            busy         AgentUnresponsive,QemuUnresponsive VmLost,VmLost       AgentRestarted,AgentRestarted
            down         AgentUnresponsive,QemuUnresponsive VmLost,VmLost       AgentRestarted,AgentRestarted
            """,
            Conditions.Select(condition => condition.Name + " " + string.Join(' ', causes.Select(cause => $"{ReasonOf(cause, condition.Vm, Shutdown, Ping)},{ReasonOf(cause, condition.Vm, Stop, QueryStatus)}")))
                .Prepend("- " + string.Join(' ', causes)));

        static string? ReasonOf(NoReplyCause cause, VmCondition vm, EncodedCommand changing, EncodedCommand reading)
        {
            var silence = new CommandResult.NoReply(cause, Written: true, "why");
            var (changed, read) = (OutcomeRules.Of(silence, changing, vm), OutcomeRules.Of(silence, reading, vm));
            Assert.Equal(new Verdict(Phase.Unknown, changed.Reason, Effect.Unknown, "why"), changed);
            Assert.Equal(changed with { Effect = Effect.None }, read);
            return changed.Reason;
        }
    }

    [Fact]
    public void CommandNotFound_of_an_agent_that_told_no_capabilities_is_not_called_unsupported()
    {
        Assert.Equal(Reasons.DisabledByGuest, OutcomeRules.Of(Refused("CommandNotFound", "no"), Thaw, Ready with { Capabilities = null }).Reason);
    }

    [Fact]
    public void A_result_carries_the_value_and_an_error_the_peers_words()
    {
        var returned = OutcomeRules.Of(new CommandResult.Returned("\"frozen\""u8.ToArray()), Ping, Ready);
        var refused = OutcomeRules.Of(Refused("GenericError", "no such file"), Ping, Ready);
        var violated = OutcomeRules.Of(Violated(ViolationKind.Schema), Ping, Ready);

        Assert.Equal("\"frozen\""u8.ToArray(), returned.Result.ToArray());
        Assert.Equal(new OutcomeError("GenericError", "no such file"), refused.Error);
        Assert.Equal("return.x: expected y", violated.Message);
    }

    [Fact]
    public void A_rejection_is_an_outcome_without_effect()
    {
        Assert.Equal(
            new Verdict(Phase.Undelivered, Reasons.VmPaused, Effect.None, "resume it"),
            OutcomeRules.Of(new Rejection(Phase.Undelivered, Reasons.VmPaused, "resume it")));
    }

    [Theory]
    [InlineData(true, Phase.Unknown)] // the step was lost
    [InlineData(false, Phase.Failed)] // the step was never sent, but others were
    public void What_was_done_in_part_is_applied_and_neither_undelivered_nor_cancelled(bool written, Phase phase)
    {
        var lost = new CommandResult.NoReply(NoReplyCause.AgentRestarted, written, "gone");
        var verdict = OutcomeRules.Of(new CompositeResult.Ended(lost) { Partial = "5 bytes were written" }, PlanOf(CommandRoute.Guest, Shutdown), Ready);

        Assert.Equal((phase, Effect.Applied, "gone; 5 bytes were written"), (verdict.Phase, verdict.Effect, verdict.Message));
    }

    [Theory]
    [InlineData(CompositeFault.FileChanged, Reasons.FileChanged)]
    [InlineData(CompositeFault.ChecksumMismatch, Reasons.ChecksumMismatch)]
    [InlineData(CompositeFault.TransferAborted, Reasons.TransferAborted)]
    public void Fault_is_a_reason_of_the_same_name(CompositeFault fault, string reason)
    {
        var reading = OutcomeRules.Of(new CompositeResult.Failed(fault, "why"), PlanOf(CommandRoute.Guest, Ping), Ready);
        var writing = OutcomeRules.Of(new CompositeResult.Failed(fault, "why") { Partial = "part" }, PlanOf(CommandRoute.Guest, Thaw), Ready);

        Assert.Equal(new Verdict(Phase.Failed, reason, Effect.None, "why"), reading);
        Assert.Equal(new Verdict(Phase.Failed, reason, Effect.Applied, "why; part"), writing);
    }

    [Fact]
    public void Lost_output_keeps_the_exit_code()
    {
        var lost = new ExecResult.OutputLost(new ExecStatus { Pid = 7, ExitCode = 0 }, Refused("GenericError", "no such file"));

        var verdict = OutcomeRules.Of(new CompositeResult.Ran(lost, "files stay"), PlanOf(CommandRoute.Run, EncodedCommand.ForQmp("stop")), Ready);

        Assert.Equal((Phase.Failed, Reasons.OutputLost, Effect.Applied, 0), (verdict.Phase, verdict.Reason, verdict.Effect, verdict.Exec!.ExitCode));
        Assert.Equal("pid 7 has ended, and its output could not be fetched: no such file; files stay", verdict.Message);
    }

    private static JobPlan PlanOf(CommandRoute route, EncodedCommand command) => new("job", route, command, default);

    private static CommandResult.Refused Refused(string errorClass, string description) => new(new CommandError(errorClass, description));

    private static CommandResult.Violated Violated(ViolationKind kind) => new(new ReplyViolation(kind, "return.x", "expected y"));

    private static string Short(Verdict verdict) => $"{verdict.Phase}/{verdict.Reason ?? "-"}/{verdict.Effect}";
}
