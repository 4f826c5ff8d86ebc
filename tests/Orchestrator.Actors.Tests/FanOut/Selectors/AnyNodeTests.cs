using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.Vms;
using static Orchestrator.Actors.Tests.FanOut.Selectors.Sample;

namespace Orchestrator.Actors.Tests.FanOut.Selectors;

public sealed class AnyNodeTests
{
    [Fact]
    public void Names_and_other_operands_each_count()
    {
        var any = new AnyNode([Name("web1"), new StateTerm(VmState.Paused), Name("web2"), new HostTerm(new AffixPattern("spare", ""))]);
        Assert.True(any.Matches(Vm("web1")));
        Assert.True(any.Matches(Vm("web2")));
        Assert.True(any.Matches(Vm("x") with { State = VmState.Paused }));
        Assert.True(any.Matches(Vm("x") with { Host = "spare7" }));
        Assert.False(any.Matches(Vm("x")));
        Assert.False(any.Matches(Vm("WEB1")));
    }

    [Fact]
    public void Nothing_is_any_of_none() => Assert.False(new AnyNode([]).Matches(Vm("x")));

    [Fact]
    public void Everything_is_all_of_none() => Assert.True(new AllNode([]).Matches(Vm("x")));

    private static NameTerm Name(string name) => new(new ExactPattern(name));
}
