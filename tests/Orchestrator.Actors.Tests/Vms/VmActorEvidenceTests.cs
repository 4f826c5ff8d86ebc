using System.Text;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Actors.Tests.Vms;

/// <summary>Programs whose session was cut while the node lives: the agent is asked, when it is back, what became of them.</summary>
public sealed class VmActorEvidenceTests : VmActorTest
{
    private const string Running = """{"exited": false}""";

    [Theory]
    [InlineData("""{"exited": true, "exitcode": 0, "out-data": "b2s="}""", Phase.Succeeded, null)]
    [InlineData("""{"exited": true, "exitcode": 3, "out-data": "b2s="}""", Phase.Failed, Reasons.ExitNonZero)]
    [InlineData("""{"exited": true, "signal": 9, "out-data": "b2s="}""", Phase.Failed, Reasons.Signaled)]
    public async Task Program_of_a_cut_session_is_followed_on_the_next_one(string status, Phase phase, string? reason)
    {
        await StartRunAsync();
        await CutAsync();

        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-exec-status"), status);

        var outcome = await OutcomeAsync();
        Assert.Equal((phase, reason, Effect.Applied, 77), (outcome.Phase, outcome.Reason, outcome.Effect, outcome.Exec!.Pid));
        Assert.Equal("ok", Encoding.UTF8.GetString(outcome.Exec.Stdout.Span));
    }

    [Fact]
    public async Task Program_is_followed_through_two_cuts()
    {
        await StartRunAsync();
        await CutAsync();
        await Agent.NextAsync("guest-exec-status");

        Fake.Agent.Cut();
        Agent = await AdvanceUntilAsync(Fake.Agent.AcceptAsync(), step: 0.05);

        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-exec-status"), """{"exited": true, "exitcode": 0}""");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
    }

    [Fact]
    public async Task Agent_that_returns_as_another_process_has_lost_the_program()
    {
        await StartRunAsync();
        Fake.BecomesProcess(200);
        await CutAsync();

        var outcome = await OutcomeAsync();

        Assert.Equal((Phase.Unknown, Reasons.AgentRestarted, Effect.Applied, 77), (outcome.Phase, outcome.Reason, outcome.Effect, outcome.Exec!.Pid));
        Assert.False(Agent.HasNext);
    }

    [Fact]
    public async Task Restart_that_QEMU_tells_of_is_held_against_the_agents_own_word()
    {
        await StartRunAsync();

        await Qmp.Peer.EventAsync("VSERPORT_CHANGE", """{"open": true, "id": "port7"}""");

        await ProgressAsync(PendingPhase.Reconciling);
        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-exec-status"), """{"exited": true, "exitcode": 0}""");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
    }

    [Fact]
    public async Task Agent_that_has_forgotten_the_pid_has_told_its_end_to_the_session_that_was_cut()
    {
        await StartRunAsync();
        await CutAsync();

        await Agent.Peer.ErrorAsync(await Agent.NextAsync("guest-exec-status"), "GenericError", "Invalid parameter 'pid'");

        await AssertOutcomeAsync(Phase.Unknown, Reasons.ReplyLost, Effect.Applied);
    }

    [Fact]
    public async Task Agent_that_does_not_return_is_waited_for_half_a_minute()
    {
        await StartRunAsync();
        var cut = Time.GetUtcNow();
        await Fake.StopAgentAsync();
        await ProgressAsync(PendingPhase.Reconciling);

        var outcome = await AdvanceUntilAsync(OutcomeAsync(), step: 0.5);

        Assert.Equal((Phase.Unknown, Effect.Applied, 77), (outcome.Phase, outcome.Effect, outcome.Exec!.Pid));
        Assert.InRange(Time.GetUtcNow() - cut, Settings.ReconcileTimeout, Settings.ReconcileTimeout + TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Deadline_ends_the_wait_too()
    {
        await StartRunAsync(seconds: 5);
        await Fake.StopAgentAsync();
        await ProgressAsync(PendingPhase.Reconciling);

        var outcome = await AdvanceUntilAsync(OutcomeAsync(), step: 0.25);

        Assert.Equal((Phase.Unknown, Effect.Applied), (outcome.Phase, outcome.Effect));
        Assert.InRange(outcome.Elapsed, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(6));
    }

    [Fact]
    public async Task Program_that_still_runs_at_the_deadline_is_told_so_after_a_cut_too()
    {
        await StartRunAsync(seconds: 5);
        await CutAsync();
        var status = await Agent.NextAsync("guest-exec-status");
        Fake.Answers["guest-exec-status"] = Running;
        await Agent.Peer.ReturnAsync(status, Running);

        var outcome = await AdvanceUntilAsync(OutcomeAsync(), step: 0.01);

        Assert.Equal((Phase.TimedOut, Effect.Applied, 77), (outcome.Phase, outcome.Effect, outcome.Exec!.Pid));
    }

    [Fact]
    public async Task Agent_that_could_not_tell_its_process_is_asked_about_the_pid_all_the_same()
    {
        Fake.Answers["guest-file-open"] = "!GenericError";
        await StartReadyAsync();
        InvokeRun();
        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-exec"), """{"pid": 77}""");
        await Agent.NextAsync("guest-exec-status");
        await ProgressAsync(PendingPhase.Running);
        await CutAsync();

        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-exec-status"), """{"exited": true, "exitcode": 0}""");

        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
    }

    [Fact]
    public async Task VM_that_leaves_meanwhile_leaves_a_started_program_unknown()
    {
        await StartRunAsync();
        await Fake.StopAgentAsync();
        await ProgressAsync(PendingPhase.Reconciling);

        Sys.Stop(Vm);

        await AssertOutcomeAsync(Phase.Unknown, Reasons.VmLost, Effect.Applied);
    }

    [Fact]
    public async Task Frozen_or_paused_guest_is_asked_when_it_can_answer()
    {
        await StartRunAsync();
        Fake.Answers["query-status"] = """{"status": "paused"}""";
        await Qmp.Peer.EventAsync("STOP");
        await ShowsAsync(vm => vm.State == VmState.Paused);
        await CutAsync();
        await ShowsAsync(vm => vm.Agent == AgentState.Ready);
        await SettleVmAsync();
        Assert.False(Agent.HasNext);

        Fake.Answers["query-status"] = """{"status": "running"}""";
        await Qmp.Peer.EventAsync("RESUME");

        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-exec-status"), """{"exited": true, "exitcode": 0}""");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
    }

    [Fact]
    public async Task End_that_a_hung_agent_tells_too_late_is_not_lost()
    {
        await StartRunAsync(seconds: 300);
        Fake.Hold("guest-sync-delimited");
        Advance(60);
        await ShowsAsync(vm => vm.Agent == AgentState.Unresponsive);
        await ProgressAsync(PendingPhase.Reconciling);

        // In the agent's order: the answer of before, then the synchronization.
        await Agent.Peer.ReturnAsync(_status!, """{"exited": true, "exitcode": 4}""");
        await Agent.Peer.AnswerSynchronizationAsync(await Agent.NextAsync("guest-sync-delimited"));

        var outcome = await AdvanceUntilAsync(OutcomeAsync(), step: 0.1);
        Assert.Equal((Phase.Failed, 4), (outcome.Phase, outcome.Exec!.ExitCode));
        Assert.False(Agent.HasNext);
    }

    private FakeCommand? _status;

    /// <summary>Starts a program whose agent has told which process it is; a question about it is under way.</summary>
    private async Task StartRunAsync(double seconds = 60)
    {
        Fake.TellsProcess();
        await StartReadyAsync();
        InvokeRun(seconds);
        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-exec"), """{"pid": 77}""");
        await ProgressAsync(PendingPhase.Running);
        var first = await Agent.NextAsync("guest-exec-status");
        await SettleVmAsync();
        Advance(0.1);
        await SettleVmAsync();
        await Agent.Peer.ReturnAsync(first, Running);
        Assert.Equal("100 since 10077", (await ProgressAsync(PendingPhase.Running)).Evidence!.Agent);
        _status = await AdvanceUntilAsync(Agent.NextAsync("guest-exec-status"), step: 0.001);
        await SettleVmAsync();
    }

    private async Task CutAsync()
    {
        Fake.Agent.Cut();
        await ProgressAsync(PendingPhase.Reconciling);
        Agent = await AdvanceUntilAsync(Fake.Agent.AcceptAsync(), step: 0.05);
    }
}
