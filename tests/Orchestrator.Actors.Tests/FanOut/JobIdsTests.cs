using Microsoft.Extensions.Time.Testing;
using Orchestrator.Actors.FanOut;

namespace Orchestrator.Actors.Tests.FanOut;

public sealed class JobIdsTests
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    // The time part of the ULID specification's own example, 01ARYZ6S41TSV4RRFFQ69G5FAV.
    [Theory]
    [InlineData(1469918176385, "01ARYZ6S41")]
    [InlineData(0, "0000000000")]
    [InlineData(31, "000000000Z")]
    [InlineData(32, "0000000010")]
    [InlineData(253402300799999, "76EZ91ZPZZ")]
    public void Time_is_the_first_ten_characters(long milliseconds, string expected)
    {
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds));
        Assert.StartsWith(expected, JobIds.Next(time), StringComparison.Ordinal);
    }

    [Fact]
    public void Clock_before_1970_counts_as_1970()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(-1));
        Assert.StartsWith("0000000000", JobIds.Next(time), StringComparison.Ordinal);
    }

    [Fact]
    public void Ids_of_later_milliseconds_sort_later()
    {
        var time = new FakeTimeProvider();
        var ids = new List<string>();
        for (var i = 0; i < 2000; i++)
        {
            ids.Add(JobIds.Next(time));
            time.Advance(TimeSpan.FromMilliseconds(1 + i * 37));
        }

        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
    }

    [Theory]
    [InlineData('0')]
    [InlineData('7')]
    [InlineData('Z')]
    public void A_partition_is_the_last_character(char partition)
    {
        var time = new FakeTimeProvider();
        var ids = Enumerable.Range(0, 1000).Select(_ => JobIds.Next(time, partition)).ToArray();

        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Equal((JobIds.Length, partition), (id.Length, JobPartition.Of(id))));
        Assert.Equal(Alphabet, string.Concat(ids.Select(id => id[^2]).Distinct().Order()));
    }

    [Theory]
    [InlineData('I')]
    [InlineData('a')]
    [InlineData(' ')]
    public void What_is_no_character_of_an_id_is_no_partition(char partition) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => JobIds.Next(new FakeTimeProvider(), partition));

    [Fact]
    public void Ids_of_one_millisecond_are_distinct_and_use_the_whole_alphabet()
    {
        var time = new FakeTimeProvider();
        var ids = Enumerable.Range(0, 5000).Select(_ => JobIds.Next(time)).ToArray();

        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Equal(JobIds.Length, id.Length));
        for (var at = 10; at < JobIds.Length; at++)
        {
            Assert.Equal(Alphabet, string.Concat(ids.Select(id => id[at]).Distinct().Order()));
        }
    }
}
