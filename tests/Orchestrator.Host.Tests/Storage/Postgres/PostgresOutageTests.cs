using Microsoft.Extensions.Time.Testing;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Host.Storage;
using Orchestrator.Host.Storage.Postgres;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Databases;

namespace Orchestrator.Host.Tests.Storage.Postgres;

/// <summary>PostgreSQL goes away and comes back while the node goes on.</summary>
public sealed class PostgresOutageTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orchestrator-store-");
    private OutputFiles _outputs = null!;
    private RealPostgres _postgres = null!;

    public async Task InitializeAsync()
    {
        _outputs = OutputFiles.Open(_directory.FullName);
        _postgres = await RealPostgres.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _postgres.DisposeAsync();
        await _outputs.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Writes_wait_for_a_restart_and_go_on_and_reads_fail_until_then()
    {
        await using var store = await PostgresJobStore.OpenAsync(_postgres.ConnectionString, "node1", _outputs, TimeProvider.System);
        await store.WriteAsync(new JobWrite.Created(Samples.Job(1)));

        await _postgres.StopAsync();
        var read = await Assert.ThrowsAsync<JobStoreException>(() => store.LoadAsync(Samples.Job(1).Header.Id));
        var write = store.WriteAsync(new JobWrite.Created(Samples.Job(2)));
        await _postgres.ResumeAsync();

        await write;
        Assert.Contains("does not answer", read.Message, StringComparison.Ordinal);
        Assert.Equal(2, (await store.ListAsync(new JobFilter())).Count);
    }

    [Fact]
    public async Task Writes_fail_when_the_server_stays_away_and_the_next_ones_work()
    {
        var time = new FakeTimeProvider();
        await using var store = await PostgresJobStore.OpenAsync(_postgres.ConnectionString, "node1", _outputs, time);
        await _postgres.StopAsync();

        var write = store.WriteAsync(new JobWrite.Created(Samples.Job(1)));
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return write.IsCompleted;
            },
            Limit,
            "the write has failed");

        var error = await Assert.ThrowsAsync<JobStoreException>(() => write);
        Assert.Contains("does not answer", error.Message, StringComparison.Ordinal);
        await _postgres.ResumeAsync();
        var next = store.WriteAsync(new JobWrite.Created(Samples.Job(2)));
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(100));
                return next.IsCompleted;
            },
            Limit,
            "the next is written");
        await next;
        Assert.Equal([Samples.Job(2).Header.Id], (await store.ListAsync(new JobFilter())).Select(job => job.Id));
    }

    [Fact]
    public async Task A_new_job_is_refused_in_time_and_never_kept_later_while_other_writes_wait_on()
    {
        var time = new FakeTimeProvider();
        await using var store = await ClusterStore.OpenAsync(_postgres.ConnectionString, _outputs, time);
        var jobs = store.JobsOf(await ClusterFixture.ClaimAsync(store, "jobs-0"));
        await jobs.WriteAsync(new JobWrite.Created(Samples.Job(10)));
        await _postgres.StopAsync();

        var outcome = jobs.WriteAsync(new JobWrite.Ended(Samples.Job(10).Header.Id, [(0, Samples.Success(0))]));
        var created = jobs.WriteAsync(new JobWrite.Created(Samples.Job(20)));
        time.Advance(PostgresWriter.AcceptPatience - TimeSpan.FromMilliseconds(1));
        Assert.False(created.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        var refused = await Assert.ThrowsAsync<JobStoreException>(() => created);
        Assert.Contains("does not answer (nothing within 5 s)", refused.Message, StringComparison.Ordinal);
        Assert.False(outcome.IsCompleted);
        await _postgres.ResumeAsync();
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(100));
                return outcome.IsCompleted;
            },
            Limit,
            "the outcome is kept");

        await outcome;
        await jobs.WriteAsync(new JobWrite.Created(Samples.Job(30)));
        Assert.Equal([Samples.Job(30).Header.Id, Samples.Job(10).Header.Id], (await store.Jobs.ListAsync(new JobFilter())).Select(job => job.Id));
    }

    [Fact]
    public async Task A_cluster_goes_on_after_a_restart_with_the_claims_and_fences_of_before()
    {
        await using var store = await ClusterStore.OpenAsync(_postgres.ConnectionString, _outputs, TimeProvider.System);
        var lost = await ClusterFixture.ClaimAsync(store, "jobs-0");
        var claim = await ClusterFixture.ClaimAsync(store, "jobs-1");
        await store.JobsOf(claim).WriteAsync(new JobWrite.Created(Samples.Job(1)));
        await ClusterFixture.TakeAsync(store, lost, "b");

        await _postgres.StopAsync();
        var renewal = await Assert.ThrowsAsync<JobStoreException>(() => store.Duties.RenewAsync(claim, ClusterFixture.Forever, CancellationToken.None));
        await Assert.ThrowsAsync<JobStoreException>(() => store.Jobs.ListAsync(new JobFilter()));
        var write = store.JobsOf(claim).WriteAsync(new JobWrite.Created(Samples.Job(11)));
        var stale = store.JobsOf(lost).WriteAsync(new JobWrite.Created(Samples.Job(10)));
        await _postgres.ResumeAsync();

        await write;
        await Assert.ThrowsAsync<DutyLostException>(() => stale);
        Assert.Contains("does not answer", renewal.Message, StringComparison.Ordinal);
        Assert.True(await store.Duties.RenewAsync(claim, ClusterFixture.Forever, CancellationToken.None));
        Assert.Null(await store.Duties.ClaimAsync("jobs-1", "b", ClusterFixture.Forever, CancellationToken.None));
        Assert.Equal([Samples.Job(11).Header.Id, Samples.Job(1).Header.Id], (await store.Jobs.ListAsync(new JobFilter())).Select(job => job.Id));
    }

    [Fact]
    public async Task A_cluster_loses_nothing_that_was_acknowledged_while_the_server_is_restarted_again_and_again()
    {
        await using var store = await ClusterStore.OpenAsync(_postgres.ConnectionString, _outputs, TimeProvider.System);
        var jobs = store.JobsOf(await ClusterFixture.ClaimAsync(store, "jobs-0"));
        var (number, isOver, acknowledged) = (0, false, new System.Collections.Concurrent.ConcurrentBag<string>());
        var writers = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!Volatile.Read(ref isOver))
            {
                var job = Samples.Job(10 * Interlocked.Increment(ref number));
                await jobs.WriteAsync(new JobWrite.Created(job), new JobWrite.Dispatched(job.Header.Id, 1, [0]));
                acknowledged.Add(job.Header.Id);
            }
        })));
        for (var restart = 1; restart <= 3; restart++)
        {
            var before = acknowledged.Count;
            await Eventually.TrueAsync(() => acknowledged.Count > before + 20 || writers.IsCompleted, Limit, "writes go on");
            await _postgres.StopAsync();
            await _postgres.ResumeAsync();
        }
        Volatile.Write(ref isOver, true);
        await writers;

        var all = new List<string>();
        while (await jobs.ListAsync(new JobFilter { Limit = 1000, Before = all.LastOrDefault() }) is { Count: > 0 } page)
            all.AddRange(page.Select(job => job.Id));
        Assert.Equal(acknowledged.Order(StringComparer.Ordinal), all.Order(StringComparer.Ordinal));
    }
}
