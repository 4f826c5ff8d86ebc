using System.Collections.Frozen;
using Orchestrator.Actors.Events.Filtering;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.Vms;
using static Orchestrator.Actors.Tests.Events.Filtering.FilterSample;

namespace Orchestrator.Actors.Tests.Events.Filtering;

public sealed class EventFilterTests
{
    [Theory]
    [InlineData("BLOCK_*", true)]
    [InlineData("io.orchestrator.qmp.*", true)]
    [InlineData("*ERROR", true)]
    [InlineData("BLOCK", false)]
    [InlineData("io.orchestrator.guest.*", false)]
    public void Type_is_a_glob_over_the_type_or_the_name(string type, bool expected)
    {
        Assert.Equal(expected, new EventFilter { Types = [type] }.Matches(Event()));
        Assert.Equal(expected, new EventFilter { Types = ["NOTHING", type] }.Matches(Event()));
    }

    [Theory]
    [InlineData("STOP", "web1", "TRUE", false)]
    [InlineData("BLOCK_*", "web2", "TRUE", false)]
    [InlineData("BLOCK_*", "web1", "data.size = 1", false)]
    [InlineData("BLOCK_*", "web1", "data.size = 4096", true)]
    public void All_of_it_must_fit(string type, string vm, string expression, bool expected)
    {
        Assert.True(TargetSelector.TryParse(vm, out var vms, out _));
        Assert.Equal(expected, new EventFilter { Types = [type], Vms = vms, Expression = Parse(expression) }.Matches(Event()));
    }

    [Fact]
    public void Vm_is_judged_as_it_was_when_it_happened()
    {
        Assert.True(TargetSelector.TryParse("l:role=web", out var web, out _));
        var filter = new EventFilter { Vms = web };
        var seen = new VmSnapshot { Name = "web1", Host = "node1", Labels = new Dictionary<string, string> { ["role"] = "web" }.ToFrozenDictionary() };

        Assert.False(filter.Matches(Event()));
        Assert.True(filter.Matches(Event() with { Seen = seen }));
        Assert.True(EventFilter.Everything.Matches(Event()));
    }
}
