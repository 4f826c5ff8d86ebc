using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.Vms;
using static Orchestrator.Actors.Tests.FanOut.Selectors.Sample;

namespace Orchestrator.Actors.Tests.FanOut.Selectors;

public sealed class TargetSelectorOperatorTests
{
    [Theory]
    [InlineData("web1,web2", "web1 web2")]
    [InlineData("web1 , web2", "web1 web2")]
    [InlineData("web1|web2", "web1 web2")]
    [InlineData("web1 OR web2", "web1 web2")]
    [InlineData("web*&!web1", "web2 web3")]
    [InlineData("web* And Not web1", "web2 web3")]
    [InlineData("web*and", "")]
    [InlineData("(web*)and(not(web1))", "web2 web3")]
    [InlineData("'web1'or'web2'", "web1 web2")]
    [InlineData("!web*", "db1 and")]
    [InlineData("not web*", "db1 and")]
    [InlineData("! ! db1", "db1")]
    [InlineData("!(db1)|db1", "web1 web2 web3 db1 and")]
    [InlineData("'and' or db1", "db1 and")]
    [InlineData("\t web1\r\n or\n(  db1 )  ", "web1 db1")]
    [InlineData("web[1-2],db1", "web1 web2 db1")]
    [InlineData("web[1,3] and web[1-2]", "web1")]
    public void Operators_need_no_whitespace_and_mind_none(string text, string expected) => Assert.Equal(expected, Selected(text));

    [Theory]
    [InlineData("db1 or web* and web1", "web1 db1")]
    [InlineData("db1, web* & web1", "web1 db1")]
    [InlineData("(db1 or web*) and web1", "web1")]
    [InlineData("web1 and web2 or db1", "db1")]
    [InlineData("web1 and (web2 or db1)", "")]
    [InlineData("not db1 and web1", "web1")]
    [InlineData("not (db1 and web1)", "web1 web2 web3 db1 and")]
    [InlineData("not web1 or web1", "web1 web2 web3 db1 and")]
    [InlineData("web1 or not web*", "web1 db1 and")]
    public void Not_binds_tighter_than_and_and_and_than_or(string text, string expected) => Assert.Equal(expected, Selected(text));

    [Fact]
    public void Long_chains_are_not_deep()
    {
        var names = Enumerable.Range(0, 50_000).Select(i => $"vm{i}").ToArray();
        var any = Parse(string.Join(',', names));
        Assert.True(any.Matches(Vm("vm49999")));
        Assert.False(any.Matches(Vm("vm50000")));
        Assert.False(any.Matches(Vm("vm")));

        var all = Parse(string.Join('&', names.Select(name => "!" + name)));
        Assert.True(all.Matches(Vm("vm50000")));
        Assert.False(all.Matches(Vm("vm49999")));
    }

    [Fact]
    public void Matching_allocates_nothing()
    {
        var selector = Parse("web1,db[01-20],f:os.name=*a?b*,(h:host* and not l:tier!=front) or *[1-9]x or 6f1d8a52-93f4-4c0b-8a1e-0123456789ab or s:agent=Ready");
        var vm = Vm("rack1-vm0000007") with
        {
            Id = new VmId(Guid.Empty),
            Labels = Entries("tier", "back"),
            Facts = Entries("os.name", new string('a', 1000)),
        };
        Assert.False(selector.Matches(vm));

        // A collection on another thread may be counted into one round; what the matching itself allocates is in every one.
        var rounds = Enumerable.Range(0, 5).Select(_ => AllocatedBy(selector, vm)).ToArray();

        Assert.Equal(0, rounds.Min());
    }

    private static long AllocatedBy(TargetSelector selector, VmSnapshot vm)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            selector.Matches(vm);
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static string Selected(string text)
    {
        var selector = Parse(text);
        return string.Join(' ', new[] { "web1", "web2", "web3", "db1", "and" }.Where(name => selector.Matches(Vm(name))));
    }
}
