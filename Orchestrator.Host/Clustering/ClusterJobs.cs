using System.Text.Json;
using Akka.Actor;
using Orchestrator.Actors.Clustering.Nodes;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Host.Api;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Clustering;

/// <summary>
/// The jobs of the whole fleet, for any gateway: each partition's own node tells how its jobs stand. Of a partition that no node has just now, and of
/// one whose node does not answer, the store tells: nobody knows better. Any thread.
/// </summary>
/// <param name="node">This node.</param>
/// <param name="cluster">Its part in the cluster.</param>
/// <param name="fleet">Where the others are.</param>
/// <param name="peers">Asks them.</param>
internal sealed class ClusterJobs(Node node, ClusterParts cluster, FleetDirectory fleet, PeerClient peers)
{
    /// <summary>How long the other nodes may take to tell of theirs.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);

    private static readonly TimeSpan AgainPause = TimeSpan.FromMilliseconds(500);

    private const string All = JobPartition.OfGateways + "Z";

    /// <summary>Newest first, of all nodes.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="query">The same as it came, with its <c>?</c>: it is passed on.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RequestException">The store does not answer.</exception>
    public async Task<IReadOnlyList<JobView>> ListAsync(JobFilter filter, string query, CancellationToken cancellationToken)
    {
        var others = await fleet.OtherGatewaysAsync(cancellationToken).ConfigureAwait(false);
        var held = await Task.WhenAll([ListHeldAsync(filter, cancellationToken), .. others.Select(other => AskAsync(other, query, cancellationToken))]).ConfigureAwait(false);
        var missing = string.Concat(All.Except(held.SelectMany(some => some.Partitions)));
        var left = missing.Length == 0 ? [] : await StoredAsync(filter, missing).ConfigureAwait(false);
        // A partition that moved meanwhile may have been told of twice.
        return [.. held.SelectMany(some => some.Items).Concat(left.Select(JobView.Of)).DistinctBy(job => job.Id).OrderByDescending(job => job.Id, StringComparer.Ordinal).Take(filter.Limit)];
    }

    /// <summary>Those of the partitions that this node has.</summary>
    /// <exception cref="RequestException">The store does not answer.</exception>
    public async Task<HeldJobsView> ListHeldAsync(JobFilter filter, CancellationToken cancellationToken)
    {
        var held = All.Select(partition => (Partition: partition, Jobs: node.Parts.TryGet(LocalParts.JobsOf(partition), out var jobs) ? jobs : null)).Where(part => part.Jobs is not null).ToArray();
        var listed = await Task.WhenAll(held.Select(part => ListAsync(part.Jobs!, filter, cancellationToken))).ConfigureAwait(false);
        var told = held.Zip(listed).Where(part => part.Second is not null).ToArray();
        return new HeldJobsView(
            string.Concat(told.Select(part => part.First.Partition)),
            [.. told.SelectMany(part => part.Second!.Jobs).OrderByDescending(job => job.Id, StringComparer.Ordinal).Take(filter.Limit).Select(JobView.Of)]);
    }

    /// <summary>Follows a job that has moved away from this node to its end, wherever it goes; <see langword="null"/> if nothing was heard of it in time.</summary>
    /// <param name="jobId">Of a job that was here.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RequestException">Nobody has it, or the store does not answer.</exception>
    public async Task<JobView?> AwaitEndAsync(string jobId, CancellationToken cancellationToken)
    {
        var duty = jobId[^1] == JobPartition.OfControllers ? ClusterDuties.Control : LocalParts.JobsOf(jobId[^1]);
        JobView? last = null;
        try
        {
            while (last?.EndedAt is null)
            {
                var home = await fleet.OfDutyAsync(duty, cancellationToken).ConfigureAwait(false);
                last = await FollowAsync(home?.Peer ?? cluster.PeerUrl, jobId, cancellationToken).ConfigureAwait(false) ?? last;
                if (last?.EndedAt is null)
                    await Task.Delay(AgainPause, node.Time, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // As far as it is known.
        }
        return last;
    }

    /// <summary>How the job was when its stream ended; <see langword="null"/> if that could not be read.</summary>
    private async Task<JobView?> FollowAsync(string peer, string jobId, CancellationToken cancellationToken)
    {
        JobView? last = null;
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{peer}/v1/jobs/{jobId}/events") { Headers = { { Forwarding.Header, node.Host }, { "Accept", "application/x-ndjson" } } };
            using var answer = await peers.Invoker.SendAsync(request, cancellationToken).ConfigureAwait(false);
            answer.EnsureSuccessStatusCode();
            using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false));
            while (await lines.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
            {
                if (line.Length > 0 && JsonSerializer.Deserialize(line, PeerJson.Default.JobStreamItem) is { Job: { } job })
                    last = job;
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException)
        {
            // It has moved once more, or its node is gone.
        }
        return last;
    }

    private static async Task<JobReplies.Listed?> ListAsync(IActorRef jobs, JobFilter filter, CancellationToken cancellationToken)
    {
        try
        {
            return await jobs.Ask<object>(new JobQueries.List(filter), Patience, cancellationToken).ConfigureAwait(false) switch
            {
                JobReplies.Listed listed => listed,
                JobReplies.Rejected rejected => throw new RequestException(rejected.Code, rejected.Detail),
                _ => null,
            };
        }
        catch (AskTimeoutException)
        {
            // It has just gone to another node.
            return null;
        }
    }

    private async Task<HeldJobsView> AskAsync(NodeInfo other, string query, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Patience, node.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{other.Peer}{PeerRoutes.Jobs}{query}");
            using var answer = await peers.Invoker.SendAsync(request, either.Token).ConfigureAwait(false);
            if (answer.IsSuccessStatusCode && await answer.Content.ReadFromJsonAsync(PeerJson.Default.HeldJobsView, either.Token).ConfigureAwait(false) is { } held)
                return held;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // The store tells of its jobs.
        }
        return new HeldJobsView("", []);
    }

    private async Task<IReadOnlyList<JobSnapshot>> StoredAsync(JobFilter filter, string partitions)
    {
        try
        {
            return await cluster.Store.Jobs.ListAsync(filter, partitions).ConfigureAwait(false);
        }
        catch (JobStoreException e)
        {
            throw new RequestException("store-unavailable", $"the jobs that no node has now cannot be listed: {e.Message}");
        }
    }
}
