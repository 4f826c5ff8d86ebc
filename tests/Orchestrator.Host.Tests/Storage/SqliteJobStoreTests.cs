using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Host.Storage;

namespace Orchestrator.Host.Tests.Storage;

public sealed class SqliteJobStoreTests : JobStoreTests
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orchestrator-store-");
    private NodeStore? _node;

    public override async Task DisposeAsync()
    {
        await _node!.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private protected override async Task<IJobStore> OpenAsync()
    {
        if (_node is not null)
            await _node.DisposeAsync();
        _node = await NodeStore.OpenAsync(_directory.FullName, null, "node1", Time);
        return _node.Jobs;
    }

    [Fact]
    public async Task Phase_reason_and_effect_of_outcomes_can_be_asked_for()
    {
        var job = Samples.Job(1);
        await _node!.Jobs.WriteAsync(new JobWrite.Created(job), new JobWrite.Ended(job.Header.Id, [(0, Samples.Success(0)), (1, Samples.Failure(1))]));

        var failed = await _node.Database.ReadAsync(session => session.Query("SELECT ordinal, reason, effect FROM outcome WHERE phase = 'Failed'", row => (row.GetInt32(0), row.GetString(1), row.GetString(2))));

        Assert.Equal([(1, "ExitNonZero", "Applied")], failed);
    }
}
