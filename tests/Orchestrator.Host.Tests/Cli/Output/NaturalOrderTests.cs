using CsCheck;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Tests.Cli.Output;

public sealed class NaturalOrderTests
{
    private static readonly Gen<string> Names = Gen.String[Gen.Char["ab-019"], 0, 6];

    [Theory]
    [InlineData("web9", "web10")]
    [InlineData("web1", "web2")]
    [InlineData("web", "web1")]
    [InlineData("web01", "web1")]
    [InlineData("web1", "web02")]
    [InlineData("rack1-vm10", "rack2-vm9")]
    [InlineData("a", "b")]
    [InlineData("B", "a")]
    [InlineData("", "a")]
    [InlineData("9", "a")]
    [InlineData("vm99999999999999999999", "vm100000000000000000000")]
    public void Left_comes_before_right(string left, string right)
    {
        Assert.True(NaturalOrder.Instance.Compare(left, right) < 0);
        Assert.True(NaturalOrder.Instance.Compare(right, left) > 0);
    }

    [Fact]
    public void Order_is_total() => Gen.Select(Names, Names, Names).Sample((x, y, z) =>
    {
        var order = NaturalOrder.Instance;
        Assert.Equal(x == y, order.Compare(x, y) == 0);
        Assert.Equal(Math.Sign(order.Compare(x, y)), -Math.Sign(order.Compare(y, x)));
        Assert.False(order.Compare(x, y) < 0 && order.Compare(y, z) < 0 && order.Compare(x, z) >= 0);
    }, iter: 50_000);
}
