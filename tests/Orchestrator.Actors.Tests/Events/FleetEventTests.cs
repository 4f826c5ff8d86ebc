using Orchestrator.Actors.Events;

namespace Orchestrator.Actors.Tests.Events;

public sealed class FleetEventTests
{
    [Theory]
    [InlineData("STOP", "io.orchestrator.qmp.STOP")]
    [InlineData("GUEST_STARTUP", "io.orchestrator.guest.GUEST_STARTUP")]
    [InlineData("GUEST", "io.orchestrator.qmp.GUEST")]
    public void Type_tells_the_namespace(string name, string expected)
    {
        var happened = new FleetEvent { Host = "h", VmName = "v", Name = name, Time = default, Provenance = Provenance.Host };

        Assert.Equal(expected, happened.Type);
    }
}
