using Orchestrator.Actors.Events.Subscriptions;
using Orchestrator.Host.Storage;

namespace Orchestrator.Host.Tests.Storage;

public sealed class SqliteSubscriptionStoreTests : SubscriptionStoreTests
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orchestrator-store-");
    private SqliteDatabase? _database;

    public override async Task DisposeAsync()
    {
        await _database!.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private protected override async Task<ISubscriptionStore> OpenAsync()
    {
        if (_database is not null)
            await _database.DisposeAsync();
        _database = await SqliteDatabase.OpenAsync(Path.Combine(_directory.FullName, "jobs.db"), StoreSchema.Migrations);
        return new SqliteSubscriptionStore(_database);
    }

    [Fact]
    public async Task Disk_that_is_full_is_told_as_what_it_is_and_nothing_of_a_step_is_there()
    {
        await _database!.DisposeAsync();
        _database = await SqliteDatabase.OpenAsync(Path.Combine(_directory.FullName, "small.db"), StoreSchema.Migrations, session => session.Execute("PRAGMA max_page_count=60"));
        var store = new SqliteSubscriptionStore(_database);
        await store.AddAsync(Sample("a"));
        var large = Letter("x") with { Document = new WebhookDocument("x", null, new byte[1 << 20]) };

        var failure = await Assert.ThrowsAsync<SubscriptionStoreException>(() => store.SaveAsync("a", new SubscriptionChange(new SubscriptionProgress(At(1), 0, 1), [large], [])));
        Assert.Contains("the disk is full", failure.Message);
        Assert.Equal(At(0).ToString(), Assert.Single(await store.LoadAsync()).Progress.Cursor.ToString());
    }

    [Fact]
    public async Task Database_of_before_subscriptions_gets_their_tables()
    {
        var path = Path.Combine(_directory.FullName, "old.db");
        await (await SqliteDatabase.OpenAsync(path, [.. StoreSchema.Migrations.Take(2)])).DisposeAsync();
        await using var database = await SqliteDatabase.OpenAsync(path, StoreSchema.Migrations);

        await new SqliteSubscriptionStore(database).AddAsync(Sample("a"));

        Assert.Single(await new SqliteSubscriptionStore(database).LoadAsync());
    }
}
