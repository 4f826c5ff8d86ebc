using Orchestrator.Actors.FanOut;

namespace Orchestrator.Actors.Tests.FanOut;

public sealed class JobPartitionTests
{
    [Fact]
    public void Every_character_of_an_id_is_one_partition()
    {
        var all = JobPartition.OfGateways + JobPartition.OfControllers;
        Assert.Equal("0123456789ABCDEFGHJKMNPQRSTVWXYZ", string.Concat(all.Order()));
        Assert.All(all, partition => Assert.True(JobPartition.IsOfSome(new string('0', JobIds.Length - 1) + partition)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("0000000000000000000000000I")]
    [InlineData("0000000000000000000000000a")]
    [InlineData("000000000000000000000000000")]
    public void What_is_no_id_belongs_to_nobody(string id) => Assert.False(JobPartition.IsOfSome(id));

    /// <summary>Nodes of different versions must agree: these never change.</summary>
    [Theory]
    [InlineData("", 'Q')]
    [InlineData("nightly-2026-01-01", '5')]
    [InlineData("ü", '1')]
    public void Key_has_its_partition_for_ever(string key, char partition) => Assert.Equal(partition, JobPartition.OfKey(key));

    [Fact]
    public void Keys_are_spread_over_all_partitions_and_never_to_controllers()
    {
        var partitions = Enumerable.Range(0, 2000).Select(number => JobPartition.OfKey($"key-{number}")).ToHashSet();
        Assert.Equal(JobPartition.OfGateways.Order(), partitions.Order());
    }
}
