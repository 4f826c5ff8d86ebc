using Orchestrator.Actors.Freezing;
using Orchestrator.Host.Storage;

namespace Orchestrator.Host.Tests.Storage;

public sealed class SqliteLeaseStoreTests : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orchestrator-store-");
    private SqliteDatabase _database = null!;
    private SqliteLeaseStore _store = null!;

    public async Task InitializeAsync() => await OpenAsync();

    public async Task DisposeAsync()
    {
        await _database.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Leases_are_there_again_after_a_restart()
    {
        await _store.PutAsync(Lease("a", "web2"));
        await _store.PutAsync(Lease("b", "web1"));
        await _database.DisposeAsync();
        await OpenAsync();

        Assert.Equal([Lease("b", "web1"), Lease("a", "web2")], await _store.LoadAsync());
    }

    [Fact]
    public async Task A_VM_has_one_lease_the_newest()
    {
        await _store.PutAsync(Lease("a", "web1"));
        await _store.PutAsync(Lease("a", "web1") with { Deadline = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000) });
        Assert.Equal(1_800_000_000_000, Assert.Single(await _store.LoadAsync()).Deadline.ToUnixTimeMilliseconds());

        await _store.PutAsync(Lease("b", "web1"));
        Assert.Equal("b", Assert.Single(await _store.LoadAsync()).Id);
        Assert.Equal(2, (await AfterAsync(Lease("c", "web1") with { Host = "node2" })).Count);
    }

    [Fact]
    public async Task A_lease_is_forgotten_by_its_id_and_one_that_is_not_there_does_no_harm()
    {
        await _store.PutAsync(Lease("a", "web1"));
        await _store.RemoveAsync("b");
        Assert.Single(await _store.LoadAsync());
        await _store.RemoveAsync("a");
        await _store.RemoveAsync("a");

        Assert.Empty(await _store.LoadAsync());
    }

    [Fact]
    public async Task A_disk_that_is_full_is_told_as_what_it_is()
    {
        await _database.DisposeAsync();
        _database = await SqliteDatabase.OpenAsync(Path.Combine(_directory.FullName, "small.db"), StoreSchema.Migrations, session => session.Execute("PRAGMA max_page_count=40"));
        _store = new SqliteLeaseStore(_database);

        var failure = await Assert.ThrowsAsync<LeaseStoreException>(() => _store.PutAsync(Lease("a", new string('x', 1 << 20))));

        Assert.Contains("the disk is full", failure.Message);
    }

    [Fact]
    public async Task A_database_of_before_leases_gets_their_table()
    {
        var path = Path.Combine(_directory.FullName, "old.db");
        await (await SqliteDatabase.OpenAsync(path, [StoreSchema.Migrations[0]])).DisposeAsync();
        await using var database = await SqliteDatabase.OpenAsync(path, StoreSchema.Migrations);

        await new SqliteLeaseStore(database).PutAsync(Lease("a", "web1"));

        Assert.Single(await new SqliteLeaseStore(database).LoadAsync());
    }

    private async Task<IReadOnlyList<FreezeLease>> AfterAsync(FreezeLease lease)
    {
        await _store.PutAsync(lease);
        return await _store.LoadAsync();
    }

    private async Task OpenAsync()
    {
        _database = await SqliteDatabase.OpenAsync(Path.Combine(_directory.FullName, "jobs.db"), StoreSchema.Migrations);
        _store = new SqliteLeaseStore(_database);
    }

    private static FreezeLease Lease(string id, string vm) => new()
    {
        Id = id,
        Group = "group1",
        Host = "node1",
        Vm = vm,
        Owner = "back'up",
        Ttl = TimeSpan.FromSeconds(60),
        Deadline = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_060_123),
    };
}
