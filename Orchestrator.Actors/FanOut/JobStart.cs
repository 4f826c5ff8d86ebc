using Akka.Actor;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Actors.FanOut;

/// <summary>What a <see cref="JobActor"/> begins with.</summary>
internal abstract record JobStart(string JobId)
{
    /// <summary>A new job, whose targets are to be resolved.</summary>
    internal sealed record New(string JobId, JobSpec Spec, IActorRef Requester) : JobStart(JobId);

    /// <summary>A new job over some targets of another.</summary>
    internal sealed record Repeated(string JobId, JobSpec Spec, IReadOnlyList<StoredTarget> Targets, string RetryOf, IActorRef Requester) : JobStart(JobId);

    /// <summary>A job of before the node was stopped.</summary>
    internal sealed record Unfinished(StoredJob Job, JobSpec Spec) : JobStart(Job.Header.Id);

    /// <summary>A job of before the node was stopped that cannot be gone on with.</summary>
    internal sealed record Abandoned(StoredJob Job, string Why) : JobStart(Job.Header.Id);

    /// <summary>A job that ended long ago, for its readers.</summary>
    /// <param name="Job">As it is stored.</param>
    /// <param name="Spec">Its document read again; <see langword="null"/> if that is not possible.</param>
    internal sealed record Past(StoredJob Job, JobSpec? Spec) : JobStart(Job.Header.Id);
}
