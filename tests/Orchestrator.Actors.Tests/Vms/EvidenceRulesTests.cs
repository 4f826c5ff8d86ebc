using System.Text.Json;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Actors.Tests.Vms;

public sealed class EvidenceRulesTests
{
    private static readonly ExecEvidence Program = new(77, "100 since 5");

    [Fact]
    public void Command_without_a_pid_is_asked_again_only_where_twice_is_as_good_as_once()
    {
        TextTable.AssertEqual(
            """
            guest-ping            AskAgain
            guest-exec-status     AskAgain
            guest-view-file       AskAgain
            guest-fsfreeze-thaw   AskAgain
            guest-fstrim          AskAgain
            guest-set-time        AskAgain
            guest-set-time@       GiveUp
            guest-fsfreeze-freeze AskFreezeStatus
            guest-file-write      GiveUp
            guest-file-read       GiveUp
            guest-shutdown        GiveUp
            guest-exec            GiveUp
            guest-run             GiveUp
            query-status          AskAgain
            device_del            GiveUp
            """,
            [
                Step("guest-ping"), Step("guest-exec-status", """{"pid":1}"""), Step("guest-view-file", """{"filename":"/x"}"""), Step("guest-fsfreeze-thaw"), Step("guest-fstrim"),
                Step("guest-set-time"), Step("guest-set-time", """{"time":1}""", "@"), Step("guest-fsfreeze-freeze"), Step("guest-file-write", """{"handle":1,"buf-b64":""}"""),
                Step("guest-file-read", """{"handle":1}"""), Step("guest-shutdown"), Step("guest-exec", """{"path":"x"}"""), Step("guest-run", """{"path":"x"}"""),
                Step("query-status"), Step("device_del"),
            ]);
    }

    [Fact]
    public void Every_guest_command_without_evidence_is_asked_again_exactly_by_its_class()
    {
        foreach (var command in GuestNamespace.BuiltIn.Schema.Commands.Values.Where(command => command.Arguments.All(argument => argument.Optional)))
        {
            var expected = command.Name is "guest-fsfreeze-freeze" or "guest-fsfreeze-freeze-list" ? EvidenceStep.AskFreezeStatus
                : command.Class == CommandClass.NonIdempotent ? EvidenceStep.GiveUp : EvidenceStep.AskAgain;
            Assert.Equal(expected, EvidenceRules.StepOf(PlanOf(command.Name), null));
        }
    }

    [Fact]
    public void Program_with_a_pid_is_followed_whatever_started_it()
    {
        Assert.Equal(EvidenceStep.FollowProgram, EvidenceRules.StepOf(PlanOf("guest-run", """{"path":"x"}"""), Program));
        Assert.Equal(EvidenceStep.FollowProgram, EvidenceRules.StepOf(RunPlan, Program));
        Assert.Equal(EvidenceStep.GiveUp, EvidenceRules.StepOf(RunPlan, null));
    }

    [Theory]
    [InlineData("100 since 5", "100 since 5", false)]
    [InlineData("100 since 5", "100 since 6", true)]
    [InlineData("100 since 5", null, false)]
    [InlineData(null, "100 since 5", false)]
    public void Other_process_is_one_that_says_so(string? then, string? now, bool expected) =>
        Assert.Equal(expected, EvidenceRules.IsOtherProcess(new ExecEvidence(77, then), now));

    [Fact]
    public void End_without_evidence_has_the_effect_that_is_known()
    {
        Assert.Equal((Effect.None, Effect.Unknown), (Without(PlanOf("guest-ping"), null).Effect, Without(PlanOf("guest-fstrim"), null).Effect));
        var started = Without(RunPlan, Program);
        Assert.Equal((Phase.Unknown, Reasons.NodeStopped, Effect.Applied, 77), (started.Phase, started.Reason, started.Effect, started.Exec!.Pid));
        Assert.Contains("pid 77", started.Message, StringComparison.Ordinal);

        static Verdict Without(JobPlan plan, ExecEvidence? program) => EvidenceRules.Without(plan, program, Reasons.NodeStopped, "why");
    }

    [Fact]
    public void Freeze_is_told_by_the_status()
    {
        TextTable.AssertEqual(
            """
            Succeeded - Applied
            Unknown ReplyLost None
            Unknown ReplyLost Unknown
            nothing
            """,
            new CommandResult[]
            {
                new CommandResult.Returned("\"frozen\""u8.ToArray()),
                new CommandResult.Returned("\"thawed\""u8.ToArray()),
                new CommandResult.Refused(new CommandError("CommandNotFound", "no")),
                new CommandResult.NoReply(NoReplyCause.DeadlinePassed, Written: true, "silence"),
            }.Select(status => EvidenceRules.OfFreeze(status) is { } verdict ? $"{verdict.Phase} {verdict.Reason ?? "-"} {verdict.Effect}" : "nothing"));
    }

    [Theory]
    [InlineData(Phase.Undelivered, Phase.Unknown)]
    [InlineData(Phase.Cancelled, Phase.Unknown)]
    [InlineData(Phase.Skipped, Phase.Unknown)]
    [InlineData(Phase.Succeeded, Phase.Succeeded)]
    [InlineData(Phase.Refused, Phase.Refused)]
    [InlineData(Phase.Failed, Phase.Failed)]
    [InlineData(Phase.TimedOut, Phase.TimedOut)]
    public void Repetition_that_was_not_sent_does_not_make_the_first_time_undone(Phase second, Phase expected)
    {
        var verdict = EvidenceRules.OfRepetition(new Verdict(second, null, Effect.None), PlanOf("guest-fstrim"), null);

        Assert.Equal((expected, expected == Phase.Unknown ? Effect.Unknown : Effect.None), (verdict.Phase, verdict.Effect));
    }

    private static JobPlan RunPlan { get; } = new("job", CommandRoute.Run, GuestExecution.Encode(new ExecSpec { Argv = ["x"] }), default);

    private static string Step(string name, string arguments = "{}", string mark = "") => $"{name}{mark} {EvidenceRules.StepOf(PlanOf(name, arguments), null)}";

    private static JobPlan PlanOf(string name, string arguments = "{}") => name.StartsWith("guest-", StringComparison.Ordinal)
        ? new JobPlan("job", CommandRoute.Guest, EncodedCommand.ForGuest(name, JsonElement.Parse(arguments)), default)
        : new JobPlan("job", CommandRoute.Qmp, EncodedCommand.ForQmp(name), default);
}
