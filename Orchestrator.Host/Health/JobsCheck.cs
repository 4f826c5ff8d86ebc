using Orchestrator.Actors.FanOut;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Health;

/// <summary>Jobs are taken: the unfinished ones of before have been read. In a cluster jobs belong to its duties, and this says nothing.</summary>
internal sealed class JobsCheck(Node node) : INodeCheck
{
    /// <inheritdoc/>
    public string Name => "jobs";

    /// <inheritdoc/>
    public async Task<CheckResult> CheckAsync(CancellationToken cancellationToken)
    {
        if (!node.Parts.TryGet(LocalParts.AllJobs, out var jobs))
            return CheckResult.Ok;
        var answer = await node.AskAsync<object>(jobs, new JobQueries.Get(StoreCheck.NoJob), cancellationToken).ConfigureAwait(false);
        return answer is JobReplies.Rejected { Code: "job-not-found" } ? CheckResult.Ok : new CheckResult(CheckStatus.Failing, (answer as JobReplies.Rejected)?.Detail);
    }
}
