using static Orchestrator.EndToEnd.Tests.Serving.PeersFixture;

namespace Orchestrator.EndToEnd.Tests.Serving;

/// <summary>What a real agent was told not to do, and what it does not have, is refused before a byte is sent. (A frozen one is a guest of its own.)</summary>
public sealed class CapabilityTests(PeersFixture peers) : IClassFixture<PeersFixture>
{
    [Theory]
    [InlineData("guest-fsfreeze-freeze", "DisabledByGuest", "disabled")]
    [InlineData("guest-shutdown", "DisabledByGuest", "disabled")]
    [InlineData("guest-get-load", "Unsupported", "does not have")]
    public async Task Command_that_the_agent_does_not_take_is_refused_in_our_words_and_not_in_the_agents(string command, string reason, string words)
    {
        var outcome = (await peers.Api.AgentAsync(First, command)).Ends("Refused", reason, "None");

        Assert.Contains(words, outcome.Text("message"));
        Assert.False(outcome.TryGetProperty("error", out _));
    }

    [Fact]
    public async Task Command_that_the_agent_takes_is_sent() => (await peers.Api.AgentAsync(First, "guest-get-host-name")).Succeeds();
}
