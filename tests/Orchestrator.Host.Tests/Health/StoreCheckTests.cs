using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Host.Health;
using Orchestrator.Host.Storage;
using Orchestrator.Host.Tests.Docs;

namespace Orchestrator.Host.Tests.Health;

public sealed class StoreCheckTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orc-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Store_that_answers_is_well_and_one_that_is_closed_says_why()
    {
        var database = await SqliteDatabase.OpenAsync(Path.Combine(_directory.FullName, "jobs.db"), StoreSchema.Migrations);
        await using var outputs = OutputFiles.Open(Path.Combine(_directory.FullName, "outputs"));
        var check = new StoreCheck(new SqliteJobStore(database, outputs, TimeProvider.System));

        Assert.Equal(CheckResult.Ok, await check.CheckAsync(default));
        await database.DisposeAsync();

        await Assert.ThrowsAsync<JobStoreException>(() => check.CheckAsync(default));
    }

    [Fact]
    public void Checks_are_documented()
    {
        var document = Repository.Read("docs/OPERATIONS.md");

        Assert.All((string[])["actors", "event-log", "jobs", "store", "vm-sources"], name => Assert.Contains($"| `{name}` |", document));
    }
}
