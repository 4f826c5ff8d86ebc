using System.Text;
using Akka.Actor;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;
using Orchestrator.Actors.Vms.Agent;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Commands;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Actors.Tests.Vms;

/// <summary>Answers that come after the deadline and before the agent's next synchronization amend what was unknown.</summary>
public sealed class VmActorLateTests : VmActorTest
{
    [Fact]
    public async Task Late_answer_amends_an_unknown_outcome_once()
    {
        var (invocation, command) = await TimeOutAsync(Guest("guest-get-time"));

        await Agent.Peer.ReturnAsync(command, "1700000000");

        var amended = await Router.ExpectMsgAsync<FanOutEvents.Amended>();
        Assert.Equal((invocation.Plan.JobId, invocation.Ordinal), (amended.JobId, amended.Ordinal));
        Assert.Equal((Phase.Succeeded, Effect.Applied, "1700000000"), (amended.Outcome.Phase, amended.Outcome.Effect, Encoding.UTF8.GetString(amended.Outcome.Result.Span)));
        await Agent.Peer.ReturnAsync(command, "1700000001");
        await SynchronizeAsync();
        Assert.False(Router.HasMessages);
    }

    [Fact]
    public async Task Late_error_amends_too()
    {
        var (_, command) = await TimeOutAsync(Guest("guest-shutdown"));

        await Agent.Peer.ErrorAsync(command, "GenericError", "child process has failed to shutdown");

        var amended = (await Router.ExpectMsgAsync<FanOutEvents.Amended>()).Outcome;
        Assert.Equal((Phase.Refused, Reasons.GuestError, "child process has failed to shutdown"), (amended.Phase, amended.Reason, amended.Error!.Description));
    }

    [Fact]
    public async Task Answer_that_breaks_the_schema_is_no_evidence()
    {
        var (_, command) = await TimeOutAsync(Guest("guest-get-time"));

        await Agent.Peer.ReturnAsync(command, "\"noon\"");
        await SynchronizeAsync();

        Assert.False(Router.HasMessages);
    }

    [Fact]
    public async Task Program_whose_start_is_told_late_is_followed_to_its_end()
    {
        var (_, command) = await TimeOutAsync(RunPlan(2).Command);

        await Agent.Peer.ReturnAsync(command, """{"pid": 77}""");
        await SettleVmAsync();
        Assert.False(Router.HasMessages);
        await SynchronizeAsync();
        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-exec-status"), """{"exited": false}""");
        await Agent.Peer.ReturnAsync(await AdvanceUntilAsync(Agent.NextAsync("guest-exec-status"), step: 0.01), """{"exited": true, "exitcode": 3}""");

        var amended = (await Router.ExpectMsgAsync<FanOutEvents.Amended>()).Outcome;
        Assert.Equal((Phase.Failed, Reasons.ExitNonZero, Effect.Applied, 77, 3), (amended.Phase, amended.Reason, amended.Effect, amended.Exec!.Pid, amended.Exec.ExitCode));
    }

    [Fact]
    public async Task Program_whose_start_is_told_late_is_followed_for_ten_minutes()
    {
        Settings = Settings with { LateProgramTimeout = TimeSpan.FromSeconds(20) };
        Fake.Answers["guest-file-open"] = "!GenericError";
        Fake.Answers["guest-exec-status"] = """{"exited": false}""";
        var (_, command) = await TimeOutAsync(RunPlan(2).Command);
        await Agent.Peer.ReturnAsync(command, """{"pid": 77}""");
        await SynchronizeAsync();

        var amended = (await AdvanceUntilAsync(Router.ExpectMsgAsync<FanOutEvents.Amended>().AsTask(), step: 0.1)).Outcome;

        Assert.Equal((Phase.TimedOut, Reasons.StillRunning, Effect.Applied, 77), (amended.Phase, amended.Reason, amended.Effect, amended.Exec!.Pid));
    }

    [Fact]
    public async Task Program_whose_agent_is_restarted_after_it_told_the_pid_is_known_to_have_been_started()
    {
        var (invocation, _) = await TimeOutAsync(RunPlan(2).Command);
        Vm.Tell(new AgentEvents.LateReply(((GuestProgram)invocation.Plan.Composite!).Start, new CommandResult.Returned(Encoding.UTF8.GetBytes("""{"pid":77}"""))), ActorRefs.NoSender);

        await Qmp.Peer.EventAsync("VSERPORT_CHANGE", """{"open": true, "id": "port7"}""");
        await Events.FishForMessageAsync<FleetEvent>(happened => happened.Name == "VSERPORT_CHANGE", Limit);
        await SettleVmAsync();
        await SynchronizeAsync();

        var amended = (await Router.ExpectMsgAsync<FanOutEvents.Amended>()).Outcome;
        Assert.Equal((Phase.Unknown, Reasons.AgentRestarted, Effect.Applied, 77), (amended.Phase, amended.Reason, amended.Effect, amended.Exec!.Pid));
    }

    [Fact]
    public async Task File_that_was_opened_too_late_is_closed_and_not_told_to_anyone()
    {
        var (_, command) = await TimeOutAsync(Guest("guest-file-open", """{"path":"/x"}"""));

        await Agent.Peer.ReturnAsync(command, "1000");
        await SynchronizeAsync();

        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-file-close"), "{}");
        await SettleVmAsync();
        Assert.False(Router.HasMessages);
    }

    [Fact]
    public async Task Client_without_a_job_hears_nothing_after_the_end()
    {
        var (_, command) = await TimeOutAsync(Guest("guest-get-time"), jobId: "");

        await Agent.Peer.ReturnAsync(command, "1");
        await SynchronizeAsync();

        Assert.False(Router.HasMessages);
    }

    /// <summary>Lets an agent be silent until the deadline; its next synchronization is the test's to answer.</summary>
    private async Task<(Invocation Invocation, FakeCommand Command)> TimeOutAsync(EncodedCommand encoded, string jobId = "job")
    {
        await StartReadyAsync();
        Fake.Hold("guest-sync-delimited");
        var invocation = Invoke(PlanOf(encoded, seconds: 2) with { JobId = jobId });
        var command = await Agent.NextAsync(encoded.Name);
        await SettleVmAsync();
        Advance(2);
        var ended = await AdvanceUntilAsync(OutcomeAsync(), step: 0.01);
        Assert.Equal(Phase.Unknown, ended.Phase);
        return (invocation, command);
    }

    /// <summary>The agent answers synchronizations again, after what it has said before.</summary>
    private async Task SynchronizeAsync()
    {
        Fake.Answers["guest-sync-delimited"] = "";
        while (Agent.HasNext)
            await Agent.Peer.AnswerSynchronizationAsync(await Agent.NextAsync("guest-sync-delimited"));
        await AdvanceUntilAsync(ShowsAsync(vm => vm.Agent == AgentState.Ready), step: 0.2);
        await SettleVmAsync();
    }
}
