using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms.Agent;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Tests.Vms;

/// <summary>Restarts of an agent whose port sends no events: the agent's own process tells.</summary>
public sealed class VmActorIncarnationTests : VmActorTest
{
    [Fact]
    public async Task Agent_that_does_not_know_a_pid_is_asked_which_process_it_is_and_a_new_one_is_a_new_incarnation()
    {
        await StartWithSilentPortAsync();
        Fake.BecomesProcess(200);
        Fake.Answers["guest-exec-status"] = "!GenericError";

        Invoke(StatusOf118);

        await AssertOutcomeAsync(Phase.Refused, Reasons.GuestError, Effect.None);
        await EndProbeAsync();
        var restarted = await EventAsync("GUEST_AGENT_RESTARTED");
        Assert.Equal("""{"incarnation":2}""", DataOf(restarted));
        await EventAsync("GUEST_STARTUP");
    }

    [Fact]
    public async Task Agent_that_is_the_same_process_is_the_same_incarnation()
    {
        await StartWithSilentPortAsync();
        Fake.Answers["guest-exec-status"] = "!GenericError";

        Invoke(StatusOf118);
        await OutcomeAsync();
        await EndProbeAsync();
        await SettleVmAsync();

        Assert.False(Events.HasMessages);
    }

    [Theory]
    [InlineData("100 (qemu-ga) S 1 1 1 0 -1 4194560 600 0 0 0 1 2 0 0 20 0 1 0 4711 5000", "100 since 4711")]
    [InlineData("7 (odd) (name) S 1 1 1 0 -1 4194560 600 0 0 0 1 2 0 0 20 0 1 0 12 5000", "7 since 12")]
    [InlineData("100 (qemu-ga) S 1", null)]
    [InlineData("nothing of the kind", null)]
    [InlineData("", null)]
    public void Process_is_told_by_its_id_and_start_time(string stat, string? expected) => Assert.Equal(expected, AgentProcess.Parse(stat));

    private static EncodedCommand StatusOf118 => Guest("guest-exec-status", """{"pid":118}""");
}
