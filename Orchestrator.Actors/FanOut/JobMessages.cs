using Akka.Actor;
using Akka.Event;

namespace Orchestrator.Actors.FanOut;

/// <summary>"Do": sent by a gateway to the <see cref="JobSupervisor"/>.</summary>
public static class JobCommands
{
    /// <summary>Starts a job. Answer: <see cref="JobReplies.Accepted"/> or <see cref="JobReplies.Rejected"/>.</summary>
    public sealed record Submit(JobSpec Spec) : INoSerializationVerificationNeeded;

    /// <summary>Takes back what has not been written. Answer: <see cref="JobReplies.Found"/> or <see cref="JobReplies.Rejected"/>.</summary>
    public sealed record Cancel(string JobId);
}

/// <summary>"Tell me": sent by a gateway to the <see cref="JobSupervisor"/>.</summary>
public static class JobQueries
{
    /// <summary>All jobs still kept. Answer: <see cref="JobReplies.Listed"/>, newest first.</summary>
    public sealed class List : INoSerializationVerificationNeeded
    {
        /// <summary>The only one.</summary>
        public static readonly List Instance = new();

        private List()
        {
        }
    }

    /// <summary>One job. Answer: <see cref="JobReplies.Found"/> or <see cref="JobReplies.Rejected"/>.</summary>
    public sealed record Get(string JobId);

    /// <summary>A job's outcomes in the order they came; waits until there are more, or the job has ended. Answer: <see cref="JobReplies.Page"/> or <see cref="JobReplies.Rejected"/>.</summary>
    /// <param name="JobId">The job.</param>
    /// <param name="After">How many the reader has.</param>
    /// <param name="Wait">Whether to wait; else the answer may be empty.</param>
    public sealed record Read(string JobId, int After, bool Wait = true);
}

/// <summary>Answers of the <see cref="JobSupervisor"/> and its jobs.</summary>
public static class JobReplies
{
    /// <summary>The job runs, and its target list is frozen.</summary>
    public sealed record Accepted(JobSnapshot Job) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>Nothing was done.</summary>
    /// <param name="Code">Stable code of the API: <c>no-targets</c>, <c>job-not-found</c>, <c>too-many-jobs</c>.</param>
    /// <param name="Detail">For people: what happened and what to do.</param>
    public sealed record Rejected(string Code, string Detail) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>The job as it stands.</summary>
    public sealed record Found(JobSnapshot Job) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>Jobs, newest first.</summary>
    public sealed record Listed(IReadOnlyList<JobSnapshot> Jobs) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>Outcomes, and the job as it stood after them.</summary>
    /// <param name="Outcomes">Possibly none.</param>
    /// <param name="Next">To read after next.</param>
    /// <param name="Job">Ended once its phase says so and all outcomes are read.</param>
    public sealed record Page(IReadOnlyList<Outcome> Outcomes, int Next, JobSnapshot Job) : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        /// <summary>Whether nothing more will come.</summary>
        public bool IsLast => Job.Phase != JobPhase.Running && Next >= Job.Targets;
    }
}

/// <summary>Between a <see cref="JobActor"/> and its supervisor.</summary>
internal static class JobSignals
{
    /// <summary>The job has ended, and may be forgotten when others need its room.</summary>
    internal sealed record Ended(string JobId, long Bytes) : ILocalSignal;

    /// <summary>Some outcome is overdue: a part of this node has failed.</summary>
    internal sealed class Overdue : ILocalSignal
    {
        public static readonly Overdue Instance = new();

        private Overdue()
        {
        }
    }
}
