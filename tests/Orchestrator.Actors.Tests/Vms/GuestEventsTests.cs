using System.Text;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Tests.Vms;

public sealed class GuestEventsTests
{
    [Theory]
    [InlineData("SHUTDOWN", """{"guest":true,"reason":"guest-shutdown"}""", "GUEST_SHUTDOWN", """{"reason":"guest-shutdown"}""")]
    [InlineData("RESET", """{"guest":true,"reason":"guest-reset"}""", "GUEST_REBOOT", """{"reason":"guest-reset"}""")]
    [InlineData("SHUTDOWN", """{"guest":false,"reason":"host-signal"}""", null, null)]
    [InlineData("RESET", """{"guest":false}""", null, null)]
    [InlineData("SHUTDOWN", "", null, null)]
    [InlineData("STOP", """{"guest":true}""", null, null)]
    public void What_the_guest_does_itself_is_told_as_its_event(string name, string data, string? derived, string? derivedData)
    {
        var happened = GuestEvents.Derive(Conditions.Event(name, data));

        Assert.Equal(derived, happened?.Name);
        Assert.Equal(derivedData, happened is { } told ? Text(told.Data) : null);
    }

    [Fact]
    public void Shapes_are_those_of_the_schema()
    {
        var (startup, who) = GuestEvents.Startup(new GuestInfoSnapshot("linux", "Debian \"12\"", "7.2.22"));
        var (lost, why) = GuestEvents.AgentLost(3, "silent");
        var (restarted, which) = GuestEvents.AgentRestarted(4);

        Assert.Equal(("GUEST_STARTUP", """{"os-type":"linux","os-version":"Debian \u002212\u0022","agent-version":"7.2.22"}"""), (startup, Text(who)));
        Assert.Equal(("GUEST_AGENT_LOST", """{"incarnation":3,"reason":"silent"}"""), (lost, Text(why)));
        Assert.Equal(("GUEST_AGENT_RESTARTED", """{"incarnation":4}"""), (restarted, Text(which)));
    }

    private static string Text(ReadOnlyMemory<byte> data) => Encoding.UTF8.GetString(data.Span);
}
