using Microsoft.Extensions.Time.Testing;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Host.Storage;
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
        await using var store = await Orchestrator.Host.Storage.Postgres.PostgresJobStore.OpenAsync(_postgres.ConnectionString, "node1", _outputs, TimeProvider.System);
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
        await using var store = await Orchestrator.Host.Storage.Postgres.PostgresJobStore.OpenAsync(_postgres.ConnectionString, "node1", _outputs, time);
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
        await store.WriteAsync(new JobWrite.Created(Samples.Job(2)));
        Assert.Equal([Samples.Job(2).Header.Id], (await store.ListAsync(new JobFilter())).Select(job => job.Id));
    }
}
