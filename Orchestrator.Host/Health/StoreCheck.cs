using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Host.Health;

/// <summary>The store of jobs answers.</summary>
internal sealed class StoreCheck(IJobStore jobs) : INodeCheck
{
    /// <summary>No job has this id: it is of 1970.</summary>
    internal const string NoJob = "00000000000000000000000000";

    /// <inheritdoc/>
    public string Name => "store";

    /// <inheritdoc/>
    public async Task<CheckResult> CheckAsync(CancellationToken cancellationToken)
    {
        await jobs.LoadAsync(NoJob).ConfigureAwait(false);
        return CheckResult.Ok;
    }
}
