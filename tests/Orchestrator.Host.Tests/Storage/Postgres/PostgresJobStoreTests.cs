using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Host.Serving;
using Orchestrator.Host.Storage;
using Orchestrator.Host.Storage.Postgres;

namespace Orchestrator.Host.Tests.Storage.Postgres;

[Collection(nameof(PostgresServer))]
public sealed class PostgresJobStoreTests(PostgresServer server) : JobStoreTests
{
    private readonly string _schema = $"t{Guid.NewGuid():N}";
    private readonly OutputFiles _outputs = server.Outputs();
    private PostgresJobStore? _store;

    public override async Task DisposeAsync()
    {
        await _store!.DisposeAsync();
        await _outputs.DisposeAsync();
    }

    private protected override async Task<IJobStore> OpenAsync()
    {
        if (_store is not null)
            await _store.DisposeAsync();
        return _store = await server.OpenAsync(_schema, _outputs, Time);
    }

    [Fact]
    public async Task Nodes_list_all_jobs_and_take_up_their_own_again()
    {
        await using var other = await server.OpenAsync(_schema, _outputs, Time, node: "node2");
        await _store!.WriteAsync(new JobWrite.Created(Samples.Job(1)));
        await other.WriteAsync(new JobWrite.Created(Samples.Job(2)));

        Assert.Equal(2, (await other.ListAsync(new JobFilter())).Count);
        Assert.Equal([Samples.Job(2).Header.Id], (await other.LoadUnfinishedAsync()).Select(job => job.Header.Id));
        Assert.Equal([Samples.Job(1).Header.Id], (await _store.LoadUnfinishedAsync()).Select(job => job.Header.Id));
    }

    [Fact]
    public async Task Nodes_that_start_together_make_the_tables_once()
    {
        var schema = $"t{Guid.NewGuid():N}";

        var stores = await Task.WhenAll(Enumerable.Range(0, 4).Select(node => server.OpenAsync(schema, _outputs, Time, $"node{node}")));

        await Task.WhenAll(stores.Select((store, number) => store.WriteAsync(new JobWrite.Created(Samples.Job(number)))));
        Assert.Equal(4, (await stores[0].ListAsync(new JobFilter())).Count);
        foreach (var store in stores)
            await store.DisposeAsync();
    }

    [Fact]
    public async Task A_server_that_refuses_or_is_not_there_is_an_error_that_names_it()
    {
        var refused = await Assert.ThrowsAsync<ServeException>(() => PostgresJobStore.OpenAsync(server.Postgres.ConnectionString.Replace("Database=postgres", "Database=none", StringComparison.Ordinal), "node1", _outputs, Time));
        Assert.Contains("'store'", refused.Message, StringComparison.Ordinal);

        var absent = await Assert.ThrowsAsync<ServeException>(() => PostgresJobStore.OpenAsync("Host=/nowhere/at/all;Username=x", "node1", _outputs, Time));
        Assert.Contains("PostgreSQL at /nowhere/at/all does not answer", absent.Message, StringComparison.Ordinal);
    }
}
