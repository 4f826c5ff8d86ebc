using Orchestrator.Host.Emulation;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Tests.Emulation;

public sealed class EmulationLimitsTests
{
    private static readonly string[] Limits =
    [
        "Limit                     Soft Limit           Hard Limit           Units     ",
        "Max processes             94833                94833                processes ",
        "Max open files            1024                 20000                files     ",
    ];

    [Fact]
    public void Hard_limit_is_the_one_that_counts()
    {
        Assert.Equal(20_000, DescriptorLimit.Read(Limits));
        Assert.Equal(long.MaxValue, DescriptorLimit.Read(["Max open files            1024                 unlimited            files     "]));
    }

    [Theory]
    [InlineData(6_466, 20_000, null)]
    [InlineData(6_467, 20_000, 20_001L)]
    [InlineData(100_000, long.MaxValue, null)]
    public void Node_knows_what_its_vms_want(int vms, long limit, long? needed) => Assert.Equal(needed, DescriptorLimit.Shortage(vms, limit));

    [Fact]
    public void The_last_files_are_not_for_peers()
    {
        DescriptorLimit.Demand(long.MaxValue);
        Assert.Contains("may have 308 open files", Assert.Throws<IOException>(() => DescriptorLimit.Demand(308)).Message);
    }

    [Fact]
    public void Fleet_that_does_not_fit_is_refused_with_what_to_do()
    {
        EmulationDescriptors.Check(4_975, 20_000);

        var refusal = Assert.Throws<EmulationException>(() => EmulationDescriptors.Check(10_000, 20_000)).Message;
        Assert.Contains("10000 VMs need 40100 open files", refusal);
        Assert.Contains("this process may have 20000", refusal);
        Assert.Contains("LimitNOFILE=40100", refusal);
        Assert.Contains("start 3 emulators for the same --dir, each with --vms 4975", refusal);
    }

    [Fact]
    public void Events_come_at_their_pace_and_not_in_a_flood()
    {
        var pulse = new EventPulse(100);

        Assert.Equal(0, pulse.Take(TimeSpan.FromMilliseconds(9)));
        Assert.Equal(1, pulse.Take(TimeSpan.FromMilliseconds(10)));
        Assert.Equal(49, pulse.Take(TimeSpan.FromMilliseconds(500)));
        Assert.Equal(100, pulse.Take(TimeSpan.FromHours(1)));
        Assert.Equal(1, pulse.Take(TimeSpan.FromHours(1) + TimeSpan.FromMilliseconds(10)));
    }
}
