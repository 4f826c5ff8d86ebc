using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Host.Serving;
using Orchestrator.Host.Storage;
using Orchestrator.Host.Storage.Postgres;

namespace Orchestrator.Host.Tests.Storage.Postgres;

/// <summary>A server that nobody reaches.</summary>
public sealed class ClusterStoreAgainTests : IDisposable
{
    private const string Nowhere = "postgres://nobody@127.0.0.1:1/nothing";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory();

    private OutputFiles Outputs => OutputFiles.Open(Path.Combine(_directory.FullName, "outputs"));

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Node_that_begins_needs_its_store() =>
        Assert.Contains("127.0.0.1", (await Assert.ThrowsAsync<ServeException>(() => ClusterStore.OpenAsync(Nowhere, Outputs, TimeProvider.System))).Message);

    /// <summary>It was cut off from everybody, its store included: it serves its own VMs meanwhile.</summary>
    [Fact]
    public async Task Node_that_was_put_out_begins_without_and_asks_it_when_there_is_something_to_ask()
    {
        await using var store = await ClusterStore.OpenAsync(Nowhere, Outputs, TimeProvider.System, isAgain: true);

        await Assert.ThrowsAsync<JobStoreException>(() => store.Duties.ListAsync("member-", CancellationToken.None));
    }
}
