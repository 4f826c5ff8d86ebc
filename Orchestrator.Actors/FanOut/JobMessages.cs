using System.Diagnostics;
using Akka.Actor;
using Akka.Event;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Actors.FanOut;

/// <summary>"Do": sent by a gateway to the <see cref="JobSupervisor"/>.</summary>
public static class JobCommands
{
    /// <summary>Starts a job. Answer: <see cref="JobReplies.Accepted"/> or <see cref="JobReplies.Rejected"/>.</summary>
    public sealed record Submit(JobSpec Spec) : INoSerializationVerificationNeeded
    {
        /// <summary>The job's id, chosen by who asks, so that to ask again is not to start it again; <see langword="null"/> for one made here. In a cluster, its last character is the partition.</summary>
        public string? JobId { get; init; }

        /// <summary>Whether the <see cref="JobId"/> was asked for before, perhaps of another node: the store is looked up first.</summary>
        public bool IsRepeated { get; init; }
    }

    /// <summary>Takes back what has not been written. Answer: <see cref="JobReplies.Found"/> or <see cref="JobReplies.Rejected"/>.</summary>
    public sealed record Cancel(string JobId);

    /// <summary>Begins nothing new until <see cref="Resume"/>. Answer: <see cref="JobReplies.Found"/> or <see cref="JobReplies.Rejected"/>.</summary>
    public sealed record Pause(string JobId);

    /// <summary>Goes on. Answer: <see cref="JobReplies.Found"/> or <see cref="JobReplies.Rejected"/>.</summary>
    public sealed record Resume(string JobId);

    /// <summary>Starts a new job over the targets of an ended one whose outcomes are such. Answer: <see cref="JobReplies.Accepted"/> or <see cref="JobReplies.Rejected"/>.</summary>
    /// <param name="JobId">The ended job.</param>
    /// <param name="Only">Phases; none for all that may be repeated without harm, by the command's class.</param>
    public sealed record Retry(string JobId, IReadOnlyList<Phase> Only) : INoSerializationVerificationNeeded
    {
        /// <summary>The request, in its caller's trace.</summary>
        public ActivityContext Trace { get; init; }
    }
}

/// <summary>"Tell me": sent by a gateway to the <see cref="JobSupervisor"/>.</summary>
public static class JobQueries
{
    /// <summary>Jobs, running and ended. Answer: <see cref="JobReplies.Listed"/>, newest first.</summary>
    public sealed record List(JobFilter Filter) : INoSerializationVerificationNeeded
    {
        /// <summary>The newest.</summary>
        public static readonly List Newest = new(new JobFilter());
    }

    /// <summary>One job. Answer: <see cref="JobReplies.Found"/> or <see cref="JobReplies.Rejected"/>.</summary>
    public sealed record Get(string JobId);

    /// <summary>A job's outcomes in the order they came; waits until there are more, or the job has ended. Answer: <see cref="JobReplies.Page"/> or <see cref="JobReplies.Rejected"/>.</summary>
    /// <param name="JobId">The job.</param>
    /// <param name="After">How many the reader has.</param>
    /// <param name="Wait">Whether to wait; else the answer may be empty.</param>
    public sealed record Read(string JobId, int After, bool Wait = true);

    /// <summary>A job's targets in the order of its list, as they stand. Answer: <see cref="JobReplies.Invocations"/> or <see cref="JobReplies.Rejected"/>.</summary>
    /// <param name="JobId">The job.</param>
    /// <param name="From">Place in the target list to begin at.</param>
    /// <param name="Limit">Most that are returned.</param>
    public sealed record Inspect(string JobId, int From, int Limit) : INoSerializationVerificationNeeded
    {
        /// <summary>Only these; all if <see langword="null"/>. Called by the job's actor.</summary>
        public Func<InvocationState, bool>? Where { get; init; }
    }
}

/// <summary>Answers of the <see cref="JobSupervisor"/> and its jobs.</summary>
public static class JobReplies
{
    /// <summary>The job runs, and its target list is frozen.</summary>
    /// <param name="Job">The job.</param>
    public sealed record Accepted(JobSnapshot Job) : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        /// <summary>Whether it is the job of an earlier submission with the same idempotency key.</summary>
        public bool IsKnown { get; init; }
    }

    /// <summary>Nothing was done.</summary>
    /// <param name="Code">Stable code of the API, such as <c>no-targets</c>, <c>job-not-found</c> or <c>too-many-jobs</c> (docs/API.md).</param>
    /// <param name="Detail">For people: what happened and what to do.</param>
    public sealed record Rejected(string Code, string Detail) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>The job as it stands.</summary>
    public sealed record Found(JobSnapshot Job) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>Jobs, newest first.</summary>
    public sealed record Listed(IReadOnlyList<JobSnapshot> Jobs) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>Outcomes, and the job as it stood after them.</summary>
    /// <param name="Outcomes">Possibly none. A second one of a VM, with <see cref="Outcome.AmendedAt"/>, replaces its first.</param>
    /// <param name="Next">To read after next.</param>
    /// <param name="Job">Ended once its phase says so and all outcomes are read.</param>
    public sealed record Page(IReadOnlyList<Outcome> Outcomes, int Next, JobSnapshot Job) : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        /// <summary>Whether nothing more will come.</summary>
        public bool IsLast => Job.HasEnded && !HasMore;

        /// <summary>Whether there were more outcomes than fit.</summary>
        public bool HasMore { get; init; }
    }

    /// <summary>Targets as they stand.</summary>
    /// <param name="Items">In the order of the target list.</param>
    /// <param name="Next">Where to go on; <see langword="null"/> at the end.</param>
    public sealed record Invocations(IReadOnlyList<InvocationState> Items, int? Next) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
}

/// <summary>A target of a job as it stands: it has its outcome, or is pending.</summary>
/// <param name="Ordinal">Place in the target list.</param>
/// <param name="Target">The VM.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Pending">Where it stands otherwise.</param>
/// <param name="Reason">Why it stands there: what it is blocked by, or what its last attempt ended with.</param>
/// <param name="Attempt">Attempts that were begun.</param>
public sealed record InvocationState(int Ordinal, StoredTarget Target, Outcome? Outcome, PendingPhase? Pending, string? Reason, int Attempt);

/// <summary>Between a <see cref="JobActor"/>, its store and its supervisor.</summary>
internal static class JobSignals
{
    /// <summary>The job has ended, and may be forgotten when others need its room.</summary>
    internal sealed record Ended(string JobId, long Bytes) : ILocalSignal;

    /// <summary>From the supervisor, to jobs whose targets are known by identity: the VMs there are.</summary>
    /// <param name="Vms">All of them.</param>
    /// <param name="IsLast">Whether to begin with those that are there.</param>
    internal sealed record Located(VmDirectory Vms, bool IsLast) : ILocalSignal;

    /// <summary>VMs with the identity of a target that is not where it was.</summary>
    /// <param name="Ordinal">Its place.</param>
    /// <param name="Outcome">What becomes of it if it is nowhere.</param>
    /// <param name="Until">Since the job began: how long it is looked for.</param>
    /// <param name="Found">All that the inventory knows.</param>
    internal sealed record Elsewhere(int Ordinal, Outcome Outcome, TimeSpan Until, IReadOnlyList<VmHosts.InventoryEntry> Found) : ILocalSignal;

    /// <summary>Time to look for it again.</summary>
    internal sealed record ElsewhereDue(int Ordinal, Outcome Outcome, TimeSpan Until) : ILocalSignal;

    /// <summary>To the supervisor: the job has found its targets.</summary>
    internal sealed record Settled(string JobId) : ILocalSignal;

    /// <summary>From the supervisor: a submission with the same idempotency key asks for its job.</summary>
    internal sealed record Known(IActorRef Requester) : ILocalSignal;

    /// <summary>From the supervisor: what a new job over some of the targets needs. Answered to the sender by <see cref="Repeatable"/> or <see cref="JobReplies.Rejected"/>.</summary>
    internal sealed record Repeat(JobCommands.Retry Retry, IActorRef Requester) : ILocalSignal;

    /// <summary>To the supervisor: the new job.</summary>
    internal sealed record Repeatable(JobStart.Repeated Start) : ILocalSignal;

    /// <summary>The store has these.</summary>
    internal sealed record Written(IReadOnlyList<JobEntry> Entries) : ILocalSignal;

    /// <summary>The store does not have these.</summary>
    internal sealed record NotWritten(IReadOnlyList<JobEntry> Entries, string Message) : ILocalSignal
    {
        /// <summary>Whether another node has the job now.</summary>
        public bool IsDutyLost { get; init; }
    }

    /// <summary>From the supervisor: a node's router can be reached, as this process of the node. What was sent before is sent to it again.</summary>
    internal sealed record RouterUp(string Node, ICanTell Router, int Incarnation) : ILocalSignal;

    /// <summary>From the supervisor: a node's router cannot be reached; the node is unreachable, or has left.</summary>
    internal sealed record RouterDown(string Node) : ILocalSignal;

    /// <summary>To the supervisor: another node has the partition.</summary>
    internal sealed class DutyLost : ILocalSignal
    {
        public static readonly DutyLost Instance = new();

        private DutyLost()
        {
        }
    }

    /// <summary>From the supervisor: the job is forgotten. It stops when all of it is on disk.</summary>
    internal sealed class Leave : ILocalSignal
    {
        public static readonly Leave Instance = new();

        private Leave()
        {
        }
    }

    /// <summary>Something of the job's own time has come.</summary>
    internal sealed class Due : ILocalSignal
    {
        /// <summary>More targets may begin.</summary>
        public static readonly Due Look = new();

        /// <summary>Some outcome is overdue: a part of this node has failed.</summary>
        public static readonly Due Overdue = new();

        /// <summary>What was not confirmed is sent again.</summary>
        public static readonly Due Resend = new();

        /// <summary>Targets have waited long enough for their node.</summary>
        public static readonly Due Held = new();

        /// <summary>Routers hear what the disk has of what they told.</summary>
        public static readonly Due Acknowledge = new();

        /// <summary>The job's deadline.</summary>
        public static readonly Due Deadline = new();

        /// <summary>What waits for the store is written.</summary>
        public static readonly Due Flush = new();

        /// <summary>The same, after <see cref="FanOutEnvironment.WritePause"/>.</summary>
        public static readonly Due PauseOver = new();

        private Due()
        {
        }
    }
}
