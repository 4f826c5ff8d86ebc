using Orchestrator.Actors.Tests.FanOut.Selectors;
using Orchestrator.Actors.Vms.Observation;
using Filter = Orchestrator.Actors.Events.Filtering.EventFilter;

namespace Orchestrator.Actors.Tests.Vms.Observation;

public sealed class StandingNeedTests : ActorTest
{
    [Fact]
    public async Task A_need_is_told_renewed_and_forgotten()
    {
        var filter = new Filter { Types = ["GUEST_NETWORK_CHANGED", "io.orchestrator.guest.GUEST_USERS*"], Vms = Sample.Parse("web*") };
        var need = StandingNeed.Begin(TestActor, filter, Time);
        var told = await ExpectMsgAsync<ObservationCommands.Need>();
        Assert.Equal((GuestAspects.Network | GuestAspects.Users, filter.Vms), (told.Aspects, told.Vms));

        Advance(60);
        Assert.Equal(told, await ExpectMsgAsync<ObservationCommands.Need>());

        need.Dispose();
        Assert.Equal(told.Key, (await ExpectMsgAsync<ObservationCommands.Forget>()).Key);
        Advance(600);
        Assert.False(HasMessages);
    }

    [Fact]
    public void Who_needs_no_look_at_guests_tells_nobody()
    {
        StandingNeed.Begin(TestActor, Filter.Everything, Time).Dispose();

        Assert.False(HasMessages);
    }
}
