using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Host.Storage.Postgres;

/// <summary>
/// The jobs of one partition of a cluster: those whose id ends with its character, as long as the claim of their duty holds. Single jobs are found
/// in all partitions, because an idempotency key belongs to one job of all.
/// </summary>
/// <param name="connections">Shared with all that the node keeps there.</param>
/// <param name="claim">Each write is checked against it, and fails with a <see cref="DutyLostException"/> when it is lost.</param>
/// <param name="partition">One character of Crockford's base 32.</param>
/// <param name="outputs">For what is too large for a row; on the node's disk.</param>
/// <param name="time">Tells the age of history.</param>
internal sealed class PostgresPartitionStore(PostgresConnections connections, DutyClaim claim, char partition, OutputFiles outputs, TimeProvider time) : IJobStore
{
    private readonly PostgresJobReader _reader = new(connections);
    private volatile bool _isClosed;

    /// <summary>The node gives the duty up: what waits to be written fails, so that a job whose caller hears no more of it is not taken up later.</summary>
    public void Close() => _isClosed = true;

    /// <inheritdoc/>
    /// <exception cref="DutyLostException">Another has the duty: nothing was written.</exception>
    public async Task WriteAsync(params IReadOnlyList<JobWrite> writes)
    {
        if (writes.FirstOrDefault(write => !IsMine(write.JobId)) is { } strange)
            throw new JobStoreException($"the job {strange.JobId} is none of the partition {partition}, which {claim.Duty} is for: nothing was written");
        // Files are made first: nobody who takes the duty over is to wait for this node's disk. A job's row was written by a call before that of its outputs.
        var light = await PostgresJobWrites.LightenAsync(writes, outputs).ConfigureAwait(false);
        await connections.Writer.AddAsync([.. light.SelectMany(write => PostgresJobWrites.StatementsOf(write, claim.Owner))], claim, PostgresJobWrites.PatienceOf(writes), GivenUp).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<(int Ordinal, Outcome Outcome)>> KeepAsync(string jobId, IReadOnlyList<(int Ordinal, Outcome Outcome)> outcomes) => outputs.KeepAsync(jobId, outcomes);

    /// <inheritdoc/>
    public Task<StoredJob?> LoadAsync(string jobId) => _reader.LoadAsync(jobId);

    /// <inheritdoc/>
    public Task<StoredJob?> FindAsync(string idempotencyKey) => _reader.FindAsync(idempotencyKey);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredJob>> LoadUnfinishedAsync() => _reader.LoadUnfinishedAsync("right(id, 1) = $1", partition.ToString());

    /// <inheritdoc/>
    public Task<IReadOnlyList<JobSnapshot>> ListAsync(JobFilter filter) => _reader.ListAsync(filter, partition.ToString());

    /// <summary>Forgets the oldest ended jobs of the partition beyond the limits, which are the partition's alone. Their outputs are files of several nodes, and each removes its own (<see cref="ClusterStore.SweepAsync"/>).</summary>
    /// <exception cref="DutyLostException">Another has the duty.</exception>
    /// <exception cref="JobStoreException">The store cannot be written.</exception>
    public async Task TrimAsync(JobHistoryLimits limits)
    {
        foreach (var key in await _reader.SurplusAsync(limits, time.GetUtcNow(), partition).ConfigureAwait(false))
            await connections.Writer.AddAsync([PostgresJobWrites.Forget(key)], claim).ConfigureAwait(false);
    }

    private DutyLostException? GivenUp() =>
        _isClosed ? new DutyLostException($"{claim.Owner} has given the duty {claim.Duty} up: nothing was written, and the node that takes it goes on") : null;

    private bool IsMine(string jobId) => JobPartition.Of(jobId) == partition;
}
