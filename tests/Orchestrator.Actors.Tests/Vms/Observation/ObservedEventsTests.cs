using Orchestrator.Actors.Vms.Observation;

namespace Orchestrator.Actors.Tests.Vms.Observation;

public sealed class ObservedEventsTests
{
    [Theory]
    [InlineData(null, GuestAspects.None)]
    [InlineData("*", GuestAspects.None)]
    [InlineData("", GuestAspects.None)]
    [InlineData("io.orchestrator.*", GuestAspects.None)]
    [InlineData("io.orchestrator.qmp.*", GuestAspects.None)]
    [InlineData("*_CHANGED", GuestAspects.None)]
    [InlineData("GUEST_STARTUP", GuestAspects.None)]
    [InlineData("GUEST_PANICKED", GuestAspects.None)]
    [InlineData("GUEST_NETWORK*", GuestAspects.Network)]
    [InlineData("guest_users_changed", GuestAspects.Users)]
    [InlineData("*GUEST_FILESYSTEM_CHANGED", GuestAspects.Filesystems)]
    [InlineData("GUEST_EXEC_COMPLETED", GuestAspects.Programs)]
    [InlineData("GUEST_*_CHANGED", GuestAspects.Network | GuestAspects.Users | GuestAspects.Filesystems)]
    [InlineData("GUEST_*", GuestAspects.All)]
    [InlineData("io.orchestrator.guest.GUEST_USERS_CHANGED", GuestAspects.Users)]
    [InlineData("io.orchestrator.guest.*", GuestAspects.All)]
    public void Only_who_names_events_of_guests_has_them_looked_at(string? pattern, GuestAspects aspects) =>
        Assert.Equal(aspects, ObservedEvents.AspectsOf(pattern));

    [Theory]
    [InlineData(GuestAspects.Network, "GUEST_NETWORK_CHANGED")]
    [InlineData(GuestAspects.Users, "GUEST_USERS_CHANGED")]
    [InlineData(GuestAspects.Filesystems, "GUEST_FILESYSTEM_CHANGED")]
    public void Each_aspect_has_its_event(GuestAspects aspect, string name) => Assert.Equal(name, ObservedEvents.NameOf(aspect));
}
