using System.Collections.Immutable;
using Orchestrator.Actors.Clustering.Duties;

namespace Orchestrator.Actors.Tests.Clustering;

public sealed class DutyPlacesTests
{
    [Fact]
    public void Remote_vm_host_goes_to_the_able_node_with_the_fewest_of_them()
    {
        Assert.Equal("b", Choose(("a", "1", ["vmhost-r1", "vmhost-r2"]), ("b", "2", ["vmhost-r3", "jobs-0", "jobs-1", "control"])));
        Assert.Equal("a", Choose(("a", "1", []), ("b", "2", ["vmhost-r3"])));
    }

    [Fact]
    public void Of_equals_every_coordinator_chooses_the_same() =>
        Assert.Equal(Choose(("a", "1", []), ("b", "2", [])), Choose(("b", "2", []), ("a", "1", [])));

    [Fact]
    public void Nobody_able_is_nowhere() => Assert.Null(Choose());

    private static string? Choose(params (string Region, string Address, string[] Duties)[] able) =>
        DutyPlaces.Choose(able.Select(region => (region.Region, region.Address, (IImmutableList<string>)region.Duties.ToImmutableList())));
}
