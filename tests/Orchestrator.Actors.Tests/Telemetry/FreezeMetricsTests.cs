using Microsoft.Extensions.Time.Testing;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Tests.Freezing;

namespace Orchestrator.Actors.Tests.Telemetry;

[Collection(nameof(TelemetryTests))]
public sealed class FreezeMetricsTests
{
    private readonly FakeTimeProvider _time = new(LeaseSamples.Start);

    [Fact]
    public async Task Leases_are_counted_with_the_age_of_the_oldest_while_their_book_is_followed()
    {
        var book = LeaseBook.InMemory();
        using (FreezeMetrics.Follow(book, _time))
        {
            Assert.Equal((0, TimeSpan.Zero), (FreezeMetrics.Sum((_, _) => 1), FreezeMetrics.OldestAge()));
            await book.PutAsync(LeaseSamples.Lease(JobIds.Next(_time), "web1", ttl: 60));
            _time.Advance(TimeSpan.FromSeconds(20));
            await book.PutAsync(LeaseSamples.Lease(JobIds.Next(_time), "web2", ttl: 300));
            _time.Advance(TimeSpan.FromSeconds(50));

            Assert.Equal((2, 1), (FreezeMetrics.Sum((_, _) => 1), FreezeMetrics.Sum((lease, now) => lease.Deadline < now ? 1 : 0)));
            Assert.Equal(TimeSpan.FromSeconds(70), FreezeMetrics.OldestAge());
        }
        Assert.Equal((0, TimeSpan.Zero), (FreezeMetrics.Sum((_, _) => 1), FreezeMetrics.OldestAge()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_767_225_600_123)]
    [InlineData((1L << 45) - 1)]
    public void Time_of_an_id_is_that_of_its_making(long milliseconds)
    {
        _time.SetUtcNow(DateTimeOffset.FromUnixTimeMilliseconds(Math.Max(milliseconds, LeaseSamples.Start.ToUnixTimeMilliseconds())));

        Assert.Equal(_time.GetUtcNow(), JobIds.TimeOf(JobIds.Next(_time)));
        Assert.Equal(DateTimeOffset.UnixEpoch, JobIds.TimeOf("00000000000000000000000000"));
    }
}
