using Orchestrator.Actors.Controllers.Storage;
using Orchestrator.Host.Storage;

namespace Orchestrator.Host.Tests.Storage;

public sealed class SqliteControllerStoreTests : ControllerStoreTests
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orchestrator-store-");
    private SqliteDatabase? _database;

    public override async Task DisposeAsync()
    {
        await _database!.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private protected override async Task<IControllerStore> OpenAsync()
    {
        if (_database is not null)
            await _database.DisposeAsync();
        _database = await SqliteDatabase.OpenAsync(Path.Combine(_directory.FullName, "jobs.db"), StoreSchema.Migrations);
        return new SqliteControllerStore(_database);
    }

    private protected override async Task CloseAsync() => await _database!.DisposeAsync();
}
