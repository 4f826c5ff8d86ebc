using Orchestrator.Actors.Clustering.Inventories;

namespace Orchestrator.Actors.Tests.Clustering;

public sealed class FleetPictureTests : ActorTest
{
    [Fact]
    public void Picture_is_whole_when_all_that_can_be_reached_have_told_their_vms_and_those_they_remember()
    {
        var picture = new FleetPicture(Time);
        Assert.False(picture.IsWhole(1, [1, 2]));
        picture.Read(1);
        Assert.False(picture.IsWhole(1, [1, 2]));
        picture.Read(2);
        Assert.False(picture.IsWhole(1, [1, 2]));
        picture.Asked(2);

        Assert.True(picture.IsWhole(1, [1, 2]));
    }

    /// <summary>Whoever comes later is not known to anybody yet.</summary>
    [Fact]
    public void Picture_that_was_whole_stays_so()
    {
        var picture = new FleetPicture(Time);
        picture.Read(1);
        Assert.True(picture.IsWhole(1, [1]));

        Assert.True(picture.IsWhole(1, [1, 2]));
    }

    [Fact]
    public void Node_in_no_cluster_yet_knows_nobody() => Assert.False(new FleetPicture(Time).IsWhole(1, []));

    [Fact]
    public void Node_that_does_not_tell_its_vms_holds_nobody_up_for_long()
    {
        var picture = new FleetPicture(Time);
        picture.Read(1);
        Time.Advance(FleetPicture.Patience - TimeSpan.FromSeconds(1));
        Assert.False(picture.IsWhole(1, [1, 2]));
        Time.Advance(TimeSpan.FromSeconds(1));

        Assert.True(picture.IsWhole(1, [1, 2]));
    }
}
