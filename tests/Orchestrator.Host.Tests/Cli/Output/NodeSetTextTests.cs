using CsCheck;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.Vms;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Tests.Cli.Output;

public sealed class NodeSetTextTests
{
    /// <summary>Names that fold well, names that must not be folded together, and names that a selector reads otherwise.</summary>
    private static readonly Gen<string> Names = Gen.OneOf<string>(
        Gen.Int[0, 25].Select(n => $"web{n}"),
        Gen.Int[0, 120].Select(n => $"web{n:D2}"),
        Gen.Int[0, 120].Select(n => $"web{n:D3}"),
        Gen.Select(Gen.Int[1, 3], Gen.Int[1, 12], (rack, vm) => $"rack{rack}-vm{vm:D2}"),
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[0, 2], (a, b, c) => $"{a}-{b}-{c}"),
        Gen.Long[999_999_990, 1_000_000_010].Select(n => $"n{n}"),
        Gen.OneOf("000000000000000001", "0000000000000000001", "and", "OR", "web*", "web[1-2]", "l:tier", "a,b", "it's", "", " ", "\"", "e=1", "web1*", "'web1'"),
        Gen.OneOf("6f1d8a52-93f4-4c0b-8a1e-0123456789ab", "6f1d8a52-93f4-4c0b-8a1e-0123456789ac"),
        Gen.String[0, 4]);

    [Theory]
    [InlineData("", "")]
    [InlineData("db1", "db1")]
    [InlineData("web01 web02 web03 web07 db1", "web[01-03,07],db1")]
    [InlineData("web3 web1 web2 web1", "web[1-3]")]
    [InlineData("web9 web10 web11", "web[9-11]")]
    [InlineData("web08 web09 web10", "web[08-10]")]
    [InlineData("web98 web99 web100", "web[98-100]")]
    [InlineData("web01 web99 web100", "web[01,99-100]")]
    [InlineData("web1 web2 web01 web02", "web[1-2],web[01-02]")]
    [InlineData("web1 web01 web001", "web1,web01,web001")]
    [InlineData("web0 web1 web00", "web[0-1],web00")]
    [InlineData("rack1-vm01 rack1-vm02 rack2-vm01 rack2-vm02", "rack[1-2]-vm[01-02]")]
    [InlineData("rack1-vm01 rack1-vm02 rack2-vm01", "rack1-vm[01-02],rack2-vm01")]
    [InlineData("1 2 3", "[1-3]")]
    [InlineData("web1.lan web2.lan web1.wan", "web[1-2].lan,web1.wan")]
    [InlineData("a b c", "a,b,c")]
    [InlineData("and x1 it's1 it's2", "'and',x1,'it''s1','it''s2'")]
    [InlineData("vm1000000000 vm1000000001", "vm1000000000,vm1000000001")]
    public void Names_fold_to_ranges(string names, string expected) =>
        Assert.Equal(expected, NodeSetText.Fold(names.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

    [Fact]
    public void Folded_text_selects_exactly_the_names() => Gen.Select(Names.Array[1, 40], Names.Array[1, 40]).Sample((names, others) =>
    {
        var folded = NodeSetText.Fold(names);
        Assert.True(TargetSelector.TryParse(folded, out var selector, out var error), error?.Message);
        foreach (var name in names.Concat(others))
        {
            Assert.True(names.Contains(name) == selector.Matches(Vm(name)), $"{name} in {folded}");
        }
    }, iter: 5_000);

    [Fact]
    public void Folded_text_of_neighbours_selects_no_others() => Gen.Int[0, 130].Array[1, 30].Sample(numbers =>
    {
        var names = numbers.Select((n, i) => i % 2 == 0 ? $"web{n}" : $"web{n:D2}").ToArray();
        Assert.True(TargetSelector.TryParse(NodeSetText.Fold(names), out var selector, out _));
        var candidates = Enumerable.Range(0, 140).SelectMany(n => new[] { $"web{n}", $"web{n:D2}", $"web{n:D3}" }).Distinct();
        Assert.Equal(names.Distinct().Order(), candidates.Where(name => selector.Matches(Vm(name))).Order());
    }, iter: 500);

    [Fact]
    public void Whole_fleet_folds_to_one_term()
    {
        var names = from rack in Enumerable.Range(1, 40) from vm in Enumerable.Range(1, 250) select $"rack{rack:D2}-vm{vm:D3}";
        Assert.Equal("rack[01-40]-vm[001-250]", NodeSetText.Fold(names));
    }

    private static VmSnapshot Vm(string name) => new() { Name = name, Host = "host1" };
}
