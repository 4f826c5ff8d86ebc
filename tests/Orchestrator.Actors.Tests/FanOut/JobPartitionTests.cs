using Orchestrator.Actors.FanOut;

namespace Orchestrator.Actors.Tests.FanOut;

public sealed class JobPartitionTests
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    [Fact]
    public void Every_character_of_an_id_is_of_gateways_but_the_one_of_controllers() =>
        Assert.Equal(Alphabet, string.Concat((JobPartition.OfGateways + JobPartition.OfControllers).Order()));

    /// <summary>Another version of this program must find the same jobs: these never change.</summary>
    [Theory]
    [InlineData("", 'Q')]
    [InlineData("deploy-1", 'R')]
    [InlineData("grüße", 'G')]
    public void A_keys_partition_never_changes(string key, char partition) => Assert.Equal(partition, JobPartition.OfKey(key));

    [Fact]
    public void Keys_are_spread_over_all_partitions_of_gateways()
    {
        var counts = Enumerable.Range(0, 3100).CountBy(number => JobPartition.OfKey($"key-{number}")).ToDictionary();

        Assert.Equal(JobPartition.OfGateways, string.Concat(counts.Keys.Order()));
        Assert.All(counts.Values, count => Assert.InRange(count, 50, 150));
    }

    [Theory]
    [InlineData("01ARYZ6S41TSV4RRFFQ69G5FA7", true)]
    [InlineData("01ARYZ6S41TSV4RRFFQ69G5FAZ", true)]
    [InlineData("01ARYZ6S41TSV4RRFFQ69G5FAU", false)]
    [InlineData("7", false)]
    [InlineData("", false)]
    [InlineData("0000000000000000000000000I", false)]
    [InlineData("0000000000000000000000000a", false)]
    [InlineData("000000000000000000000000000", false)]
    public void What_is_no_id_belongs_to_nobody(string text, bool isOfSome) => Assert.Equal(isOfSome, JobPartition.IsOfSome(text));
}
