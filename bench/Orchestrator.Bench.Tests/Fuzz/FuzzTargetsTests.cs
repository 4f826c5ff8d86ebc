using Orchestrator.Bench.Fuzz;

namespace Orchestrator.Bench.Tests.Fuzz;

public class FuzzTargetsTests
{
    [Fact]
    public void Every_target_is_found_by_its_own_name() =>
        Assert.All(FuzzTargets.Of(null), target => Assert.Equal(target.GetType(), Assert.Single(FuzzTargets.Of(target.Name)).GetType()));

    [Fact]
    public void Names_are_those_of_the_targets() => Assert.Equal(FuzzTargets.Names, FuzzTargets.Of(null).Select(target => target.Name));

    [Fact]
    public void Unknown_name_has_no_target() => Assert.Empty(FuzzTargets.Of("nothing"));
}
