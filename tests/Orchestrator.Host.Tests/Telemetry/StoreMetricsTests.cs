using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Host.Api;
using Orchestrator.Host.Storage;

namespace Orchestrator.Host.Tests.Telemetry;

[Collection(nameof(TelemetryTests))]
public sealed class StoreMetricsTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orc-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Writes_are_counted_once_they_are_on_disk_and_failed_ones_apart()
    {
        await using var database = await SqliteDatabase.OpenAsync(Path.Combine(_directory.FullName, "events.db"), ["CREATE TABLE t (x INTEGER UNIQUE)"]);
        var (written, failed, waiting) = StoreMetrics.Events.Counts;

        await database.WriteAsync(session => session.Execute("INSERT INTO t VALUES (1)"));
        await Assert.ThrowsAsync<JobStoreException>(() => database.WriteAsync(session => session.Execute("INSERT INTO t VALUES (1)")));

        Assert.Equal((written + 1, failed + 1, waiting), StoreMetrics.Events.Counts);
    }

    [Fact]
    public async Task Writes_that_wait_are_counted_until_their_turn()
    {
        await using var database = await SqliteDatabase.OpenAsync(Path.Combine(_directory.FullName, "events.db"), ["CREATE TABLE t (x INTEGER)"]);
        var (waiting, begun) = (StoreMetrics.Events.Counts.Waiting, new TaskCompletionSource());
        using var disk = new ManualResetEventSlim();
        var first = database.WriteAsync(_ =>
        {
            begun.SetResult();
            disk.Wait();
        });
        await begun.Task;

        var others = Task.WhenAll(Enumerable.Range(0, 3).Select(_ => database.WriteAsync(session => session.Execute("INSERT INTO t VALUES (1)"))));
        Assert.Equal(waiting + 3, StoreMetrics.Events.Counts.Waiting);
        disk.Set();
        await first;
        await others;

        Assert.Equal(waiting, StoreMetrics.Events.Counts.Waiting);
    }

    [Theory]
    [InlineData("/data/jobs.db", "jobs")]
    [InlineData("/events/jobs.db", "jobs")]
    [InlineData("/data/events.db", "events")]
    public void Database_is_known_by_its_files_name(string path, string store) => Assert.Same(store == "jobs" ? StoreMetrics.Jobs : StoreMetrics.Events, StoreMetrics.Of(path));

    [Fact]
    public void Streams_are_counted_while_they_are_served_and_when_they_are_refused()
    {
        var (open, refused, streams) = (EventStreamMetrics.Open.Value, EventStreamMetrics.Refused.Value, new EventStreams(1));
        var place = streams.Take();
        Assert.Throws<RequestException>(streams.Take);
        Assert.Equal((open + 1, refused + 1), (EventStreamMetrics.Open.Value, EventStreamMetrics.Refused.Value));

        place.Dispose();
        place.Dispose();

        Assert.Equal(open, EventStreamMetrics.Open.Value);
    }
}
