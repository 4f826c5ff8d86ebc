using Orchestrator.Actors.Events;
using Orchestrator.Actors.FanOut;
using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Actors.Tests.Vms;

/// <summary>Events that a guest's own agent sends: claims, published as such.</summary>
public sealed class VmActorClaimTests : VmActorTest
{
    private const string Ended = """{"event": "GUEST_JOB_ENDED", "data": {"job": 7, "more": 1}}""";

    public VmActorClaimTests()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "{ 'event': 'GUEST_JOB_ENDED', 'data': { 'job': 'int' } }");
        Settings = Settings with { Agent = new AgentSessionOptions { Guest = GuestNamespace.Load([file]) }, GuestEventBurst = 3, GuestEventPause = TimeSpan.FromHours(1) };
        File.Delete(file);
    }

    [Fact]
    public async Task A_claim_is_published_as_the_guests()
    {
        await StartReadyAsync();

        await Agent.Peer.SendLineAsync(Ended);

        var happened = await EventAsync("GUEST_JOB_ENDED");
        Assert.Equal((Provenance.Guest, "io.orchestrator.guest.GUEST_JOB_ENDED", """{"job":7}"""), (happened.Provenance, happened.Type, DataOf(happened)));
        Assert.Equal(("web1", "host1", Time.GetUtcNow()), (happened.VmName, happened.Host, happened.Time));
        Assert.Equal(Fake.Spec.Name, happened.Seen!.Name);
    }

    [Theory]
    [InlineData("""{"event": "GUEST_STARTUP", "data": {"os-type": "linux", "os-version": "1", "agent-version": "1"}}""")]
    [InlineData("""{"event": "GUEST_SHUTDOWN", "data": {"reason": "guest-shutdown"}}""")]
    [InlineData("""{"event": "STOP"}""")]
    [InlineData("""{"event": "GUEST_JOB_ENDED", "data": {"job": "7"}}""")]
    public async Task What_is_not_a_guests_to_say_is_not_published(string message)
    {
        await StartReadyAsync();

        await Agent.Peer.SendLineAsync(message);
        await Agent.Peer.SendLineAsync(Ended);

        await EventAsync("GUEST_JOB_ENDED");
        Invoke("guest-ping");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
    }

    [Fact]
    public async Task A_flood_of_claims_ends_at_the_allowance_and_harms_no_command()
    {
        await StartReadyAsync();

        for (var i = 0; i < 50; i++)
            await Agent.Peer.SendLineAsync(Ended);
        Invoke("guest-ping");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
        await SettleVmAsync();

        for (var i = 0; i < 3; i++)
            await EventAsync("GUEST_JOB_ENDED");
        Assert.False(Events.HasMessages);
        Advance(TimeSpan.FromHours(1).TotalSeconds);
        await Agent.Peer.SendLineAsync(Ended);
        await EventAsync("GUEST_JOB_ENDED");
    }

    [Fact]
    public async Task A_new_connection_gives_no_new_allowance()
    {
        await StartReadyAsync();
        for (var i = 0; i < 3; i++)
            await Agent.Peer.SendLineAsync(Ended);
        for (var i = 0; i < 3; i++)
            await EventAsync("GUEST_JOB_ENDED");

        Fake.Agent.Cut();
        await EventAsync("GUEST_AGENT_LOST");
        Agent = await AdvanceUntilAsync(Fake.Agent.AcceptAsync(), 0.05);
        await EventAsync("GUEST_AGENT_RESTARTED");
        await EventAsync("GUEST_STARTUP");
        await Agent.Peer.SendLineAsync(Ended);
        Invoke("guest-ping");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
        await SettleVmAsync();

        Assert.False(Events.HasMessages);
    }
}
