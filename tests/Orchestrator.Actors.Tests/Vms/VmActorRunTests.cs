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

    private async Task StartRunAsync(double seconds = 10)
    {
        await StartReadyAsync();
        InvokeRun(seconds);
        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-exec"), """{"pid": 77}""");
    }

    private Task<Orchestrator.TestKit.FakePeers.FakeCommand> NextStatusAsync() => AdvanceUntilAsync(Agent.NextAsync("guest-exec-status"), step: 0.01);
}
