using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Tests.Vms;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Tests.FanOut;

public sealed class ExecOutcomeRulesTests
{
    private static readonly EncodedCommand Start = GuestExecution.Encode(new ExecSpec { Argv = ["/bin/true"] });

    [Theory]
    [InlineData(0L, null, Phase.Succeeded, null)]
    [InlineData(1L, null, Phase.Failed, Reasons.ExitNonZero)]
    [InlineData(255L, null, Phase.Failed, Reasons.ExitNonZero)]
    [InlineData(-1L, null, Phase.Failed, Reasons.ExitNonZero)]
    [InlineData(null, 9L, Phase.Failed, Reasons.Signaled)]
    [InlineData(null, 0xC0000005L, Phase.Failed, Reasons.Signaled)]
    [InlineData(0L, 9L, Phase.Failed, Reasons.Signaled)]
    public void An_ended_program_succeeded_only_with_exit_code_0(long? exitCode, long? signal, Phase phase, string? reason)
    {
        var verdict = Of(new ExecResult.Exited(new ExecStatus { Pid = 7, ExitCode = exitCode, Signal = signal }));

        Assert.Equal((phase, reason, Effect.Applied), (verdict.Phase, verdict.Reason, verdict.Effect));
        Assert.Equal((7, exitCode, signal), (verdict.Exec!.Pid, verdict.Exec.ExitCode, verdict.Exec.Signal));
    }

    [Fact]
    public void Output_and_its_truncation_are_kept()
    {
        var status = new ExecStatus { Pid = 7, ExitCode = 0, Stdout = "out"u8.ToArray(), Stderr = "err"u8.ToArray(), StderrTruncated = true };

        var exec = Of(new ExecResult.Exited(status)).Exec!;

        Assert.Equal("out"u8.ToArray(), exec.Stdout.ToArray());
        Assert.Equal("err"u8.ToArray(), exec.Stderr.ToArray());
        Assert.Equal((false, true), (exec.StdoutTruncated, exec.StderrTruncated));
    }

    [Fact]
    public void A_program_past_its_deadline_is_told_by_its_pid()
    {
        var verdict = Of(new ExecResult.StillRunning(42));

        Assert.Equal((Phase.TimedOut, Reasons.StillRunning, Effect.Applied), (verdict.Phase, verdict.Reason, verdict.Effect));
        Assert.Equal(42, verdict.Exec!.Pid);
    }

    [Theory]
    [InlineData("Guest agent command failed, error was 'Failed to execute child process “/nope” (No such file or directory)'", Effect.None)]
    [InlineData("Out of memory", Effect.Unknown)]
    public void The_agents_own_words_prove_that_nothing_was_started(string description, Effect effect)
    {
        var verdict = Of(new ExecResult.NotStarted(new CommandResult.Refused(new CommandError("GenericError", description))));

        Assert.Equal((Phase.Refused, Reasons.GuestError, effect), (verdict.Phase, verdict.Reason, verdict.Effect));
        Assert.Equal(description, verdict.Error!.Description);
        Assert.Null(verdict.Exec);
    }

    [Fact]
    public void The_agents_words_prove_nothing_for_other_commands()
    {
        var refused = new CommandResult.Refused(new CommandError("GenericError", "Failed to execute child process"));

        Assert.Equal(Effect.Unknown, OutcomeRules.Of(refused, EncodedCommand.ForGuest("guest-shutdown"), Conditions.Ready).Effect);
    }

    [Theory]
    [InlineData(false, Phase.Undelivered, Reasons.AgentUnresponsive, Effect.None)]
    [InlineData(true, Phase.Unknown, Reasons.AgentUnresponsive, Effect.Unknown)]
    public void An_unanswered_start_may_have_started_only_if_it_was_written(bool written, Phase phase, string reason, Effect effect)
    {
        var cause = written ? NoReplyCause.DeadlinePassed : NoReplyCause.NotReady;

        var verdict = Of(new ExecResult.NotStarted(new CommandResult.NoReply(cause, written, "why")));

        Assert.Equal((phase, reason, effect), (verdict.Phase, verdict.Reason, verdict.Effect));
    }

    [Fact]
    public void A_started_program_whose_end_is_lost_has_run_for_certain()
    {
        (string Name, CommandResult Result)[] lasts =
        [
            ("GenericError", new CommandResult.Refused(new CommandError("GenericError", "Invalid parameter 'pid'"))),
            ("DeadlinePassed", NoReply(NoReplyCause.DeadlinePassed, written: true)),
            ("ConnectionLost", NoReply(NoReplyCause.ConnectionLost, written: true)),
            ("AgentRestarted", NoReply(NoReplyCause.AgentRestarted, written: true)),
            ("NotReady", NoReply(NoReplyCause.NotReady, written: false)),
            ("Schema", new CommandResult.Violated(new ReplyViolation(ViolationKind.Schema, "return.exited", "expected bool"))),
            ("TooLarge", new CommandResult.Violated(new ReplyViolation(ViolationKind.TooLarge, "", "too large"))),
        ];

        TextTable.AssertEqual(
            """
            GenericError   Unknown ReplyLost              Applied 42
            DeadlinePassed Unknown AgentUnresponsive      Applied 42
            ConnectionLost Unknown ReplyLost              Applied 42
            AgentRestarted Unknown AgentRestarted         Applied 42
            NotReady       Unknown AgentUnresponsive      Applied 42
            Schema         Failed  GuestProtocolViolation Applied 42
            TooLarge       Failed  ReplyTooLarge          Applied 42
            """,
            lasts.Select(last =>
            {
                var verdict = Of(new ExecResult.Lost(42, last.Result));
                Assert.Contains("pid 42 was started", verdict.Message, StringComparison.Ordinal);
                return $"{last.Name} {verdict.Phase} {verdict.Reason} {verdict.Effect} {verdict.Exec!.Pid}";
            }));
    }

    private static CommandResult.NoReply NoReply(NoReplyCause cause, bool written) => new(cause, written, "why");

    private static Verdict Of(ExecResult result) => OutcomeRules.Of(result, Start, Conditions.Ready);
}
