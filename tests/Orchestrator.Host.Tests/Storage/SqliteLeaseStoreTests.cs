using Orchestrator.Actors.Freezing;
using Orchestrator.Host.Storage;

namespace Orchestrator.Host.Tests.Storage;

public sealed class SqliteLeaseStoreTests : LeaseStoreTests
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orchestrator-store-");
    private SqliteDatabase? _database;

    public override async Task DisposeAsync()
    {
        await _database!.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private protected override async Task<ILeaseStore> OpenAsync()
    {
        if (_database is not null)
            await _database.DisposeAsync();
        _database = await SqliteDatabase.OpenAsync(Path.Combine(_directory.FullName, "jobs.db"), StoreSchema.Migrations);
        return new SqliteLeaseStore(_database);
    }

    [Fact]
    public async Task VMs_of_two_VmHosts_may_have_the_same_name()
    {
        var store = new SqliteLeaseStore(_database!);
        await store.PutAsync(Lease("a", "web1"));
        await store.PutAsync(Lease("b", "web1") with { Host = "node2" });

        Assert.Equal(2, (await store.LoadAsync()).Count);
    }

    [Fact]
    public async Task A_disk_that_is_full_is_told_as_what_it_is()
    {
        await _database!.DisposeAsync();
        _database = await SqliteDatabase.OpenAsync(Path.Combine(_directory.FullName, "small.db"), StoreSchema.Migrations, session => session.Execute("PRAGMA max_page_count=40"));
        var store = new SqliteLeaseStore(_database);

        var failure = await Assert.ThrowsAsync<LeaseStoreException>(() => store.PutAsync(Lease("a", new string('x', 1 << 20))));

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
}
