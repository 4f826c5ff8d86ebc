using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Orchestrator.Actors.Controllers.Storage;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Subscriptions;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Host.Serving;
using Orchestrator.Host.Storage;
using Orchestrator.Host.Storage.Postgres;

namespace Orchestrator.Host.Tests.Storage.Postgres;

[Collection(nameof(PostgresServer))]
public sealed class ClusterStoreTests(PostgresServer server) : IAsyncLifetime
{
    private readonly ClusterFixture _cluster = new(server);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task Nodes_that_start_together_on_an_empty_database_make_the_tables_once()
    {
        var nodes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _cluster.NodeAsync()));

        await Task.WhenAll(nodes.Select(async (node, number) =>
            await node.JobsOf(await ClusterFixture.ClaimAsync(node, $"jobs-{number}", $"node{number}")).WriteAsync(new JobWrite.Created(Samples.Job(number)))));
        Assert.Equal(4, (await nodes[0].Jobs.ListAsync(new JobFilter())).Count);
        Assert.Equal(PostgresSchema.Migrations.Count, await ScalarAsync("SELECT count(*)::integer FROM version"));
    }

    [Fact]
    public async Task The_jobs_of_a_database_of_before_clusters_are_taken_up_by_their_partitions()
    {
        await using var connection = new NpgsqlConnection(server.AddressOf(_cluster.Schema));
        await connection.OpenAsync();
        await PostgresSchema.MigrateAsync(connection, _cluster.Schema, "here", [PostgresSchema.Migrations[0]]);
        await PostgresBatch.RunAsync(connection, PostgresJobWrites.StatementsOf(new JobWrite.Created(Samples.Job(17)), "single"));

        var node = await _cluster.NodeAsync();

        Assert.Equal([Samples.Job(17).Header.Id], (await node.JobsOf(await ClusterFixture.ClaimAsync(node, "jobs-7")).LoadUnfinishedAsync()).Select(job => job.Header.Id));
        Assert.Empty(await node.JobsOf(await ClusterFixture.ClaimAsync(node, "jobs-6")).LoadUnfinishedAsync());
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_refused()
    {
        await _cluster.NodeAsync();
        await ScalarAsync("INSERT INTO version VALUES (99) RETURNING number");

        var refused = await Assert.ThrowsAsync<ServeException>(() => _cluster.NodeAsync());

        Assert.Contains("was written by a newer version of this program", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outputs_of_jobs_that_any_node_has_forgotten_are_swept()
    {
        var (outputs, id) = (server.Outputs(), Samples.Job(10).Header.Id);
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var node = await server.OpenClusterAsync(_cluster.Schema, outputs, time);
        var other = await _cluster.NodeAsync(new FakeTimeProvider(Samples.Start.AddDays(1)));
        var claim = await ClusterFixture.ClaimAsync(node, "jobs-0");
        await node.JobsOf(claim).WriteAsync(new JobWrite.Created(Samples.Job(10)));
        await node.JobsOf(claim).WriteAsync(new JobWrite.Ended(id, [(0, Samples.Failure(0, OutputFiles.MaxInlineBytes + 1))]), new JobWrite.Changed(Samples.Ended(Samples.Job(10))));
        var kept = (await node.Jobs.LoadAsync(id))!.Outcomes[0].Outcome.Exec!.StdoutKept!;
        await node.SweepAsync();
        Assert.True(IsThere(outputs, kept));

        await other.JobsOf(await ClusterFixture.TakeAsync(other, claim, "b")).TrimAsync(new JobHistoryLimits(0, TimeSpan.FromDays(30)));
        Assert.True(IsThere(outputs, kept));
        // A job that only reads is written after its outputs: those that are new are never taken for forgotten ones.
        await node.SweepAsync();
        Assert.True(IsThere(outputs, kept));
        time.Advance(ClusterStore.MinSweptAge + TimeSpan.FromMinutes(1));
        await node.SweepAsync();

        Assert.False(IsThere(outputs, kept));
        await outputs.DisposeAsync();
    }

    /// <summary>The commit was done and its answer lost, so the writer does all of it once more.</summary>
    [Fact]
    public async Task What_is_written_twice_is_there_once()
    {
        await using var loser = new StoreRelay(new NpgsqlConnectionStringBuilder(server.Postgres.ConnectionString).Host!);
        var outputs = server.Outputs();
        await using var node = await ClusterStore.OpenAsync($"Host={loser.Host};Username=postgres;Database=postgres;Search Path={_cluster.Schema}", outputs, TimeProvider.System);
        var claim = await ClusterFixture.ClaimAsync(node, "control");
        var (jobs, controllers, subscriptions) = (node.JobsOf(claim), node.ControllersOf(claim), node.SubscriptionsOf(claim));
        var id = "01M82CJW409EM7RK8X67REH2ZZ";
        var job = Samples.Job(1, key: "once") is var made ? made with { Header = made.Header with { Id = id } } : null!;
        var letter = new DeadLetter { Document = new WebhookDocument("STOP", null, "{}"u8.ToArray()), Reason = "HTTP 400", Attempts = 1, FailedAt = Samples.Start };
        var failure = new FailedWork(Samples.Start, "fleet", "5:7", "STOP", "web1", 4, "wrong");
        var cursor = EventCursor.Beginning.With("node1", new EventPosition(1, 2));

        await LosingAsync(() => jobs.WriteAsync(new JobWrite.Created(job), new JobWrite.Dispatched(id, 1, [0]), new JobWrite.Ended(id, [(0, Samples.Success(0))])));
        await LosingAsync(() => controllers.SaveAsync(new ControllerCheckpoint("c", cursor, false) { Failures = [failure, failure] }));
        await LosingAsync(() => subscriptions.AddAsync(new Subscription
        {
            Id = "s",
            CreatedAt = Samples.Start,
            Spec = new SubscriptionSpec { Url = new Uri("http://receiver/") },
            Secrets = new WebhookSecrets { Current = "secret" },
            Progress = new SubscriptionProgress(cursor, 0, 0),
        }));
        int? letters = null;
        await LosingAsync(async () => letters = await subscriptions.SaveAsync("s", new SubscriptionChange(new SubscriptionProgress(cursor, 0, 2), [letter, letter], [])));

        var stored = (await jobs.FindAsync("once"))!;
        Assert.Equal((1, 1), (stored.Outcomes.Count, stored.Dispatched.Count));
        Assert.Equal(2, (await controllers.LoadAsync("c"))!.Failures.Count);
        Assert.Equal((2, 2), (letters, (await subscriptions.DeadLetterKeysAsync("s")).Count));
        await outputs.DisposeAsync();

        async Task LosingAsync(Func<Task> write)
        {
            loser.LoseNext();
            await write();
            Assert.Equal(0, loser.ToLose);
        }
    }

    [Fact]
    public async Task A_store_that_is_closed_says_that_the_node_is_stopping()
    {
        var node = await _cluster.NodeAsync();
        var claim = await ClusterFixture.ClaimAsync(node, "jobs-0");
        await node.DisposeAsync();

        var errors = new[]
        {
            await Assert.ThrowsAsync<JobStoreException>(() => node.Jobs.ListAsync(new JobFilter())),
            await Assert.ThrowsAsync<JobStoreException>(() => node.JobsOf(claim).WriteAsync(new JobWrite.Created(Samples.Job(10)))),
            await Assert.ThrowsAsync<JobStoreException>(() => node.Duties.RenewAsync(claim, ClusterFixture.Forever, CancellationToken.None)),
        };

        Assert.All(errors, error => Assert.Equal("the node is stopping", error.Message));
    }

    private static bool IsThere(OutputFiles outputs, KeptOutput kept)
    {
        using var file = outputs.Open(kept);
        return file is not null;
    }

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(server.AddressOf(_cluster.Schema));
        await connection.OpenAsync();
        return await connection.ScalarAsync(sql);
    }
}
