using System.Text.Json.Serialization;
using Orchestrator.Actors.Clustering.Wire;

namespace Orchestrator.Actors.FanOut.Routing;

/// <summary>"Do": to the <see cref="ClusterRouter"/> of a node. Any of them may be lost on the way, come twice, or late.</summary>
internal static class RouterCommands
{
    /// <summary>From the <c>JobSupervisor</c> that has a partition of the jobs now: it takes what no job is there for any more. Repeated.</summary>
    /// <param name="Partition">One character.</param>
    /// <param name="Epoch">Of its claim.</param>
    internal sealed record Announce(string Partition, long Epoch) : IWireMessage;

    /// <summary>
    /// From a <c>JobActor</c>: gives these VMs the job's command. A target that the router has already, in this attempt, is not given it anew: how it
    /// stands is told instead, to the sender from now on. Confirmed by <see cref="RouterEvents.Received"/>.
    /// </summary>
    internal sealed record Dispatch(string JobId, TargetList Targets) : IWireMessage
    {
        /// <summary>Of the sender's claim.</summary>
        public required long Epoch { get; init; }

        /// <summary>Which process of the node it is for: another one drops it.</summary>
        public required int Incarnation { get; init; }

        /// <summary>Tells one from another within the epoch.</summary>
        public required long Sequence { get; init; }

        /// <summary>Which attempt it is; 1 for the first.</summary>
        public required int Attempt { get; init; }

        /// <summary>Until the outcome, from now; zero if it is over.</summary>
        public required TimeSpan Timeout { get; init; }

        /// <summary>Until when it may wait for a VM that cannot take it, from now.</summary>
        public TimeSpan? Delivery { get; init; }

        /// <summary>The command may have been sent by a process of the node that is gone: the VM is asked for evidence, and nothing is sent anew.</summary>
        public bool IsReconciliation { get; init; }

        /// <summary>The job was stopped: what has not begun yet does not begin.</summary>
        public bool IsStopped { get; init; }

        /// <summary>With <see cref="IsReconciliation"/>: programs that are known to have been started.</summary>
        public IReadOnlyList<StartedProgram>? Programs { get; init; }

        /// <summary>What is asked. A router that has it from an earlier dispatch of the job does not look.</summary>
        public WireCommand? Command { get; init; }

        /// <summary>Length of the command, if it is too large to go along: the router reads it (<see cref="RouterEvents.ReadCommand"/>).</summary>
        public int CommandBytes { get; init; }

        /// <summary>The job's span (W3C <c>traceparent</c>), where its trace is recorded: each router makes <see cref="JobPlan.Trace"/> of it, and of nothing else.</summary>
        public string? TraceParent { get; init; }

        /// <summary>For a router in the same process: the command as it is encoded already.</summary>
        [JsonIgnore]
        public JobPlan? Plan { get; init; }
    }

    /// <summary>From a <c>JobActor</c>, the answer to <see cref="RouterEvents.ReadCommand"/>: a part of its <see cref="WireCommand"/> as JSON.</summary>
    internal sealed record CommandPiece(string JobId, int Offset, int Total, byte[] Bytes) : IWireMessage;

    /// <summary>From a <c>JobActor</c>: takes back what has not been written yet. Repeated until all has ended.</summary>
    internal sealed record Cancel(string JobId, long Epoch) : IWireMessage;

    /// <summary>From a <c>JobActor</c>: its store has these (<see cref="RouterEvents.Ended"/>).</summary>
    internal sealed record Acknowledge(string JobId, long Epoch, long Batch) : IWireMessage
    {
        /// <summary>More of them. A router of before does not know it, and sends these again.</summary>
        public IReadOnlyList<long>? Others { get; init; }
    }

    /// <summary>From a <c>JobActor</c> or its supervisor: nothing of the job is awaited any more.</summary>
    internal sealed record Forget(string JobId, long Epoch) : IWireMessage;
}

/// <summary>"It happened": from the <see cref="ClusterRouter"/> of a node. Any of them may be lost on the way, come twice, or late.</summary>
internal static class RouterEvents
{
    /// <summary>To a <c>JobActor</c>: the router has its <see cref="RouterCommands.Dispatch"/>.</summary>
    internal sealed record Received(string JobId, int Incarnation, long Sequence) : IWireMessage;

    /// <summary>To a <c>JobActor</c>: where targets stand. Not repeated.</summary>
    internal sealed record Progressed(string JobId, IReadOnlyList<RoutedProgress> Items) : IWireMessage;

    /// <summary>To a <c>JobActor</c>, later to its supervisor: outcomes. Repeated until they are acknowledged.</summary>
    internal sealed record Ended(string JobId, int Incarnation, long Batch, IReadOnlyList<RoutedOutcome> Items) : IWireMessage;

    /// <summary>A newer owner of the partition is known: nothing was done.</summary>
    /// <param name="JobId">The job, or the partition alone.</param>
    /// <param name="Epoch">The newest.</param>
    internal sealed record Refused(string JobId, long Epoch) : IWireMessage;

    /// <summary>To a <c>JobActor</c>: the router needs the command from this byte on. Repeated.</summary>
    internal sealed record ReadCommand(string JobId, int Offset) : IWireMessage;
}

/// <summary>A target that is under way.</summary>
internal sealed record RoutedProgress(int Ordinal, int Attempt, InvocationProgress Progress);

/// <summary>A target that has ended.</summary>
/// <param name="Ordinal">Its place in the target list.</param>
/// <param name="Attempt">Which attempt of it.</param>
/// <param name="Outcome">How. Its name is empty if the router could not find the VM.</param>
internal sealed record RoutedOutcome(int Ordinal, int Attempt, Outcome Outcome)
{
    /// <summary>It is late evidence, for an outcome that was unknown.</summary>
    public bool IsAmendment { get; init; }
}

/// <summary>A program that a target started.</summary>
internal sealed record StartedProgram(int Ordinal, ExecEvidence Evidence);
