using Orchestrator.Bench.Scale;
using Orchestrator.Bench.Scale.Peers;

namespace Orchestrator.Bench.Tests.Scale;

public class ScaleLimitsTests
{
    private const long Plenty = 1L << 40;

    [Fact]
    public void Usual_numbers_are_measured_as_far_as_they_fit()
    {
        Assert.Equal(ScaleLimits.Usual, ScaleLimits.Choose(null, 1, Plenty, Plenty));
        Assert.Equal([100, 1000, 3000, 6400], ScaleLimits.Choose(null, 1, 20_000, Plenty));
        Assert.Equal(ScaleLimits.Usual, ScaleLimits.Choose(null, 3, 20_000, Plenty));
        Assert.Equal([100, 1000, 3000, 9700], ScaleLimits.Choose(null, 1, 20_000, Plenty, filesPerVm: 2));
        Assert.Equal([100], ScaleLimits.Choose(null, 1, 1_024, Plenty));
        Assert.Equal([100, 1000, 3000, 6800], ScaleLimits.Choose(null, 1, Plenty, 2_100L << 20));
    }

    [Fact]
    public void Number_that_was_asked_for_and_does_not_fit_is_refused_with_what_would()
    {
        Assert.Equal([6_000], ScaleLimits.Choose([6_000], 1, 20_000, Plenty));

        Assert.Contains("--vms 7000: this machine bears 6400 on 1 node(s)", Assert.Throws<BenchException>(() => ScaleLimits.Choose([100, 7_000], 1, 20_000, Plenty)).Message);
        Assert.Contains("bears no fleet", Assert.Throws<BenchException>(() => ScaleLimits.Choose(null, 1, 256, Plenty)).Message);
    }

    [Theory]
    [InlineData(100, 1, 1_000_000, "n0p0- 100")]
    [InlineData(10, 3, 1_000_000, "n0p0- 4, n1p0- 3, n2p0- 3")]
    [InlineData(250, 1, 600, "n0p0- 100, n0p1- 100, n0p2- 50")]
    [InlineData(2, 3, 1_000_000, "n0p0- 1, n1p0- 1")]
    public void Vms_are_spread_over_nodes_and_emulators(int vms, int nodes, long files, string shares) =>
        Assert.Equal(shares, string.Join(", ", EmulatorShare.Of(vms, nodes, files).Select(share => $"{share.Prefix} {share.Vms}")));
}
