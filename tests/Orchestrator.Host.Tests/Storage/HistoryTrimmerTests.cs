using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Host.Storage;

namespace Orchestrator.Host.Tests.Storage;

public sealed class HistoryTrimmerTests
{
    private static readonly JobHistoryLimits Limits = new(3, TimeSpan.FromDays(1));

    [Fact]
    public async Task Jobs_are_forgotten_at_the_start_and_every_ten_minutes_even_after_a_failure()
    {
        var time = new FakeTimeProvider();
        var jobs = new CountingStore(Limits);
        using var trimmer = new HistoryTrimmer(() => [jobs], Limits, time, NullLogger<HistoryTrimmer>.Instance);

        await trimmer.StartAsync(CancellationToken.None);
        await jobs.Trimmed(1);
        time.Advance(HistoryTrimmer.Interval);
        await jobs.Trimmed(2);
        time.Advance(HistoryTrimmer.Interval);
        await jobs.Trimmed(3);

        await trimmer.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Partitions_of_a_cluster_share_the_number_of_jobs_and_each_node_sweeps_its_files_whatever_fails()
    {
        var (time, swept) = (new FakeTimeProvider(), new SemaphoreSlim(0));
        var stores = new[] { new CountingStore(new JobHistoryLimits(2, Limits.MaxAge)), new CountingStore(new JobHistoryLimits(2, Limits.MaxAge)) };
        using var trimmer = new HistoryTrimmer(() => stores, Limits with { MaxJobs = 33 }, time, NullLogger<HistoryTrimmer>.Instance)
        {
            Partitions = 32,
            SweepAsync = () =>
            {
                swept.Release();
                return Task.FromException(new JobStoreException("the store is away"));
            },
        };

        await trimmer.StartAsync(CancellationToken.None);
        foreach (var times in new[] { 1, 2 })
        {
            foreach (var store in stores)
                await store.Trimmed(times);
            Assert.True(await swept.WaitAsync(TimeSpan.FromSeconds(30)));
            time.Advance(HistoryTrimmer.Interval);
        }

        await trimmer.StopAsync(CancellationToken.None);
        swept.Dispose();
    }

    /// <summary>Fails every time; counts how often it was asked.</summary>
    private sealed class CountingStore(JobHistoryLimits expected) : IJobStore
    {
        private readonly SemaphoreSlim _asked = new(0);
        private int _times;

        public async Task Trimmed(int times)
        {
            Assert.True(await _asked.WaitAsync(TimeSpan.FromSeconds(30)));
            Assert.Equal(times, _times);
        }

        public Task TrimAsync(JobHistoryLimits limits)
        {
            Assert.Equal(expected, limits);
            _times++;
            _asked.Release();
            return Task.FromException(new JobStoreException("the disk is full"));
        }

        public Task WriteAsync(params IReadOnlyList<JobWrite> writes) => throw new NotSupportedException();

        public Task<StoredJob?> LoadAsync(string jobId) => throw new NotSupportedException();

        public Task<IReadOnlyList<StoredJob>> LoadUnfinishedAsync() => throw new NotSupportedException();

        public Task<IReadOnlyList<JobSnapshot>> ListAsync(JobFilter filter) => throw new NotSupportedException();

        public Task<StoredJob?> FindAsync(string idempotencyKey) => throw new NotSupportedException();
    }
}
