namespace Orchestrator.Actors.FanOut.Storage;

/// <summary>What a node must not forget of its jobs. Any thread; implementations have one writer and commit what has come together in one go.</summary>
public interface IJobStore
{
    /// <summary>Takes changes in, in order, all or none of one call; done when they are durable.</summary>
    /// <exception cref="JobStoreException">They are not: disk full, connection lost, or too much is waiting already.</exception>
    Task WriteAsync(params IReadOnlyList<JobWrite> writes);

    /// <summary>
    /// Puts the large outputs of outcomes aside, on disk, so that neither a job's memory nor its rows hold them: what comes back has a
    /// <see cref="KeptOutput"/> in their place. A store that cannot gives back what it got. Outcomes that were not given here first are
    /// lightened when they are written.
    /// </summary>
    /// <exception cref="JobStoreException">They could not be written.</exception>
    Task<IReadOnlyList<(int Ordinal, Outcome Outcome)>> KeepAsync(string jobId, IReadOnlyList<(int Ordinal, Outcome Outcome)> outcomes) => Task.FromResult(outcomes);

    /// <summary>One job as it stands; <see langword="null"/> if there is none.</summary>
    /// <exception cref="JobStoreException">The store cannot be read.</exception>
    Task<StoredJob?> LoadAsync(string jobId);

    /// <summary>The jobs that have not ended: what a node takes up again at its start.</summary>
    /// <exception cref="JobStoreException">The store cannot be read.</exception>
    Task<IReadOnlyList<StoredJob>> LoadUnfinishedAsync();

    /// <summary>Jobs, newest first.</summary>
    /// <exception cref="JobStoreException">The store cannot be read.</exception>
    Task<IReadOnlyList<JobSnapshot>> ListAsync(JobFilter filter);

    /// <summary>The job that was accepted under an idempotency key; <see langword="null"/> if there is none.</summary>
    /// <exception cref="JobStoreException">The store cannot be read.</exception>
    Task<StoredJob?> FindAsync(string idempotencyKey);

    /// <summary>Forgets the oldest ended jobs beyond the limits, with their outputs.</summary>
    /// <exception cref="JobStoreException">The store cannot be written.</exception>
    Task TrimAsync(JobHistoryLimits limits);
}

/// <summary>Which jobs are listed. All of it must fit; <see langword="null"/> fits all.</summary>
public sealed record JobFilter
{
    /// <summary>Most that are returned; 1 to 1,000.</summary>
    public int Limit { get; init; } = 100;

    /// <summary>Only jobs older than this id.</summary>
    public string? Before { get; init; }

    /// <summary>Only jobs in this phase.</summary>
    public JobPhase? Phase { get; init; }

    /// <summary>Only jobs of this command.</summary>
    public string? Command { get; init; }

    /// <summary>Only jobs created at or after this time.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Whether a job is listed, as far as one alone can tell.</summary>
    public bool Fits(JobSnapshot job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return (Before is null || string.CompareOrdinal(job.Id, Before) < 0)
            && (Phase is null || job.Phase == Phase)
            && (Command is null || job.Command == Command)
            && (Since is null || job.CreatedAt >= Since);
    }
}

/// <summary>How much history is kept: whichever is reached first.</summary>
/// <param name="MaxJobs">Ended jobs.</param>
/// <param name="MaxAge">Since their end.</param>
public sealed record JobHistoryLimits(int MaxJobs, TimeSpan MaxAge);

/// <summary>The store failed: what is told to the caller, and what to do.</summary>
public class JobStoreException(string message, Exception? inner = null) : Exception(message, inner);
