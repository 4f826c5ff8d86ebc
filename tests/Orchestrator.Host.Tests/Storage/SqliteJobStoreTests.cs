using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Host.Storage;

namespace Orchestrator.Host.Tests.Storage;

public sealed class SqliteJobStoreTests : JobStoreTests
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orchestrator-store-");
    private SqliteDatabase? _database;

    public override async Task DisposeAsync()
    {
        await _database!.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private protected override async Task<IJobStore> OpenAsync()
    {
        if (_database is not null)
            await _database.DisposeAsync();
        _database = await SqliteDatabase.OpenAsync(Path.Combine(_directory.FullName, "jobs.db"), StoreSchema.Migrations);
        return new SqliteJobStore(_database, Time);
    }
}
