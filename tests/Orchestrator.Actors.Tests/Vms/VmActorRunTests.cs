using System.Text;
using Orchestrator.Actors.FanOut;

namespace Orchestrator.Actors.Tests.Vms;

public sealed class VmActorRunTests : VmActorTest
{
    [Theory]
    [InlineData("""{"exited": true, "exitcode": 0, "out-data": "b2s="}""", Phase.Succeeded, null)]
    [InlineData("""{"exited": true, "exitcode": 3, "out-data": "b2s="}""", Phase.Failed, Reasons.ExitNonZero)]
    [InlineData("""{"exited": true, "signal": 9, "out-data": "b2s="}""", Phase.Failed, Reasons.Signaled)]
    public async Task A_program_is_followed_to_its_end(string status, Phase phase, string? reason)
    {
        await StartRunAsync();
        for (var poll = 0; poll < 3; poll++)
        {
            await Agent.Peer.ReturnAsync(await NextStatusAsync(), """{"exited": false}""");
        }
        await Agent.Peer.ReturnAsync(await NextStatusAsync(), status);

        var outcome = await OutcomeAsync();

        Assert.Equal((phase, reason, Effect.Applied), (outcome.Phase, outcome.Reason, outcome.Effect));
        Assert.Equal((77, "ok"), (outcome.Exec!.Pid, Encoding.UTF8.GetString(outcome.Exec.Stdout.Span)));
    }

    [Fact]
    public async Task A_program_that_outlives_the_deadline_is_told_by_its_pid()
    {
        // It runs for long enough for the question which process the agent is.
        Fake.Answers["guest-file-open"] = "!GenericError";
        await StartRunAsync(seconds: 3);
        var first = await NextStatusAsync();
        Fake.Answers["guest-exec-status"] = """{"exited": false}""";
        await Agent.Peer.ReturnAsync(first, """{"exited": false}""");

        // Small steps: the agent answers in real time, and must have answered when the deadline comes.
        var ended = await AdvanceUntilAsync(OutcomeAsync(), step: 0.01);

        Assert.Equal((Phase.TimedOut, Reasons.StillRunning, Effect.Applied, 77), (ended.Phase, ended.Reason, ended.Effect, ended.Exec!.Pid));
        Assert.InRange(ended.Elapsed, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_program_whose_agent_was_restarted_is_lost()
    {
        await StartRunAsync();
        await NextStatusAsync();

        await Qmp.Peer.EventAsync("VSERPORT_CHANGE", """{"open": true, "id": "port7"}""");

        var outcome = await OutcomeAsync();
        Assert.Equal((Phase.Unknown, Reasons.AgentRestarted, Effect.Applied), (outcome.Phase, outcome.Reason, outcome.Effect));
        Assert.Equal(77, outcome.Exec!.Pid);
    }

    [Fact]
    public async Task An_agent_that_has_forgotten_the_pid_makes_its_end_unknown()
    {
        await StartRunAsync();
        await Agent.Peer.ErrorAsync(await NextStatusAsync(), "GenericError", "Invalid parameter 'pid'");

        await AssertOutcomeAsync(Phase.Unknown, Reasons.ReplyLost, Effect.Applied);
    }

    [Fact]
    public async Task A_program_that_could_not_be_started_did_nothing()
    {
        await StartReadyAsync();
        InvokeRun();
        await Agent.Peer.ErrorAsync(await Agent.NextAsync("guest-exec"), "GenericError", "Guest agent command failed, error was 'Failed to execute child process'");

        await AssertOutcomeAsync(Phase.Refused, Reasons.GuestError, Effect.None);
    }

    [Fact]
    public async Task Start_is_told_with_the_pid_and_again_with_the_agents_process_if_the_program_runs_on()
    {
        Fake.TellsProcess();
        await StartRunAsync();
        Assert.Equal(new ExecEvidence(77, null), (await ProgressAsync(PendingPhase.Running)).Evidence);
        await Agent.Peer.ReturnAsync(await NextStatusAsync(), """{"exited": false}""");
        Fake.Answers["guest-exec-status"] = """{"exited": false}""";

        var told = await AdvanceUntilAsync(ProgressAsync(PendingPhase.Running), step: 0.01);

        Assert.Equal(new ExecEvidence(77, "100 since 10077"), told.Evidence);
    }

    [Fact]
    public async Task Next_program_of_the_same_agent_is_told_with_its_process_at_once()
    {
        Fake.TellsProcess();
        Fake.Answers["guest-exec"] = """{"pid": 77}""";
        Fake.Answers["guest-exec-status"] = """{"exited": false}""";
        await StartReadyAsync();
        InvokeRun();
        await ProgressAsync(PendingPhase.Running);
        await AdvanceUntilAsync(ProgressAsync(PendingPhase.Running), step: 0.01);
        Fake.Hold("guest-file-open");

        InvokeRun();

        Assert.Equal("100 since 10077", (await ProgressAsync(PendingPhase.Running)).Evidence!.Agent);
        Advance(1);
        await SettleVmAsync();
        Assert.False(Agent.HasNext);
    }

    [Fact]
    public async Task Short_program_costs_no_question_and_a_client_without_a_job_hears_only_the_end()
    {
        Fake.Answers["guest-exec"] = """{"pid": 77}""";
        Fake.Answers["guest-exec-status"] = """{"exited": true, "exitcode": 0}""";
        await StartReadyAsync();
        var plan = InvokeRun().Plan;
        await ProgressAsync(PendingPhase.Running);
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);

        Invoke(plan with { JobId = "" });
        Assert.Equal(Phase.Succeeded, (await Router.ExpectMsgAsync<FanOutEvents.InvocationEnded>()).Outcome.Phase);
        Advance(1);
        await SettleVmAsync();
        Assert.False(Agent.HasNext);
    }

    private async Task StartRunAsync(double seconds = 10)
    {
        await StartReadyAsync();
        InvokeRun(seconds);
        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-exec"), """{"pid": 77}""");
    }

    private Task<Orchestrator.TestKit.FakePeers.FakeCommand> NextStatusAsync() => AdvanceUntilAsync(Agent.NextAsync("guest-exec-status"), step: 0.01);
}
