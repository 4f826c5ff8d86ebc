namespace Orchestrator.Actors.FanOut.Storage;

/// <summary>One durable change of a job.</summary>
public abstract record JobWrite(string JobId)
{
    /// <summary>The job was accepted: what is asked, of whom.</summary>
    public sealed record Created(StoredJob Job) : JobWrite(Job.Header.Id);

    /// <summary>The intent: these targets are about to get the command.</summary>
    /// <param name="JobId">The job.</param>
    /// <param name="Attempt">1 for the first.</param>
    /// <param name="Ordinals">Places in the target list.</param>
    public sealed record Dispatched(string JobId, int Attempt, IReadOnlyList<int> Ordinals) : JobWrite(JobId);

    /// <summary>Programs were started.</summary>
    public sealed record Started(string JobId, IReadOnlyList<(int Ordinal, ExecEvidence Evidence)> Programs) : JobWrite(JobId);

    /// <summary>Outcomes came. A later one for the same place replaces it: an amended Unknown, or the next attempt.</summary>
    public sealed record Ended(string JobId, IReadOnlyList<(int Ordinal, Outcome Outcome)> Outcomes) : JobWrite(JobId);

    /// <summary>The job itself changed: phase, counts, pause, cancellation, end.</summary>
    public sealed record Changed(JobSnapshot Job) : JobWrite(Job.Id);
}
