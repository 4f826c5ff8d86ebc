using System.Diagnostics;
using Akka.Actor;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Actors.FanOut.Routing;

/// <summary>What a dispatch says of all its targets. Owned by a <see cref="ClusterRouter"/>.</summary>
internal sealed class RoutedOrder(int attempt, bool isReconciliation, Deadline deadline, Deadline? delivery, ActivityContext trace, IReadOnlyList<StartedProgram>? programs)
{
    private JobPlan? _plan;

    /// <summary>Which attempt.</summary>
    public int Attempt => attempt;

    /// <summary>It may have been sent before: evidence is asked for.</summary>
    public bool IsReconciliation => isReconciliation;

    /// <summary>When every target must have its outcome.</summary>
    public Deadline Deadline => deadline;

    /// <summary>What is known of a target from before.</summary>
    public Reconciliation? ReconciliationOf(int ordinal) =>
        isReconciliation ? new Reconciliation(programs?.FirstOrDefault(program => program.Ordinal == ordinal)?.Evidence) : null;

    /// <summary>The job's command with these deadlines; made once.</summary>
    public JobPlan PlanOf(JobPlan job) => _plan ??= job with { Deadline = deadline, Delivery = delivery, Trace = trace };
}

/// <summary>A target that waits for the job's command, or for its VM to be there.</summary>
/// <param name="Target">Which.</param>
/// <param name="Order">What was said of it.</param>
internal sealed record WaitingTarget(RoutedTarget Target, RoutedOrder Order);

/// <summary>A target that its VM has.</summary>
internal sealed record BegunTarget(int Ordinal, RoutedOrder Order, IActorRef Vm)
{
    /// <summary>Where it stands.</summary>
    public InvocationProgress Progress { get; set; } = new(PendingPhase.Dispatched);
}

/// <summary>One job's part on this node. Owned by a <see cref="ClusterRouter"/>.</summary>
internal sealed class RoutedJob(string id)
{
    private static readonly TimeSpan LongAgo = TimeSpan.FromDays(-1);
    private readonly HashSet<long> _sequences = [];

    public string Id => id;

    /// <summary>The <c>JobActor</c> that dispatched last.</summary>
    public IActorRef Owner { get; private set; } = ActorRefs.Nobody;

    /// <summary>Of the owner's claim.</summary>
    public long Epoch { get; private set; }

    /// <summary>What is asked; <see langword="null"/> until it is known.</summary>
    public JobPlan? Plan { get; set; }

    /// <summary>Why it will never be known.</summary>
    public Func<Outcome>? Refusal { get; set; }

    /// <summary>A command that comes in pieces, until it is whole.</summary>
    public CommandAssembly? Reading { get; set; }

    /// <summary>The newest attempt of each target that was ever given to this router: it is not begun again.</summary>
    public Dictionary<int, int> Attempts { get; } = [];

    public List<WaitingTarget> Waiting { get; } = [];

    public Dictionary<Invocation, BegunTarget> Begun { get; } = [];

    public OutcomeBatches Outcomes { get; } = new();

    /// <summary>Ended at their VMs, and not counted yet.</summary>
    public List<(int Ordinal, Outcome Outcome)> Uncounted { get; set; } = [];

    public List<RoutedProgress> Progressed { get; set; } = [];

    /// <summary>Outcomes whose large parts are being put aside.</summary>
    public int Keeping { get; set; }

    /// <summary>When it was last heard of, on the router's clock.</summary>
    public TimeSpan HeardAt { get; set; }

    /// <summary>When something was sent last, on the router's clock; long ago, if nothing was since the last dispatch.</summary>
    public TimeSpan SentAt { get; set; } = LongAgo;

    /// <summary>Whether nothing is under way, and nothing awaits its acknowledgement.</summary>
    public bool IsIdle => Begun.Count == 0 && Waiting.Count == 0 && Keeping == 0 && Outcomes.IsEmpty;

    /// <summary>Takes who dispatches, and which dispatch it is.</summary>
    /// <returns>Whether it is a new one.</returns>
    public bool Note(IActorRef owner, long epoch, long sequence)
    {
        if (epoch != Epoch)
            _sequences.Clear();
        (Owner, Epoch, SentAt) = (owner, epoch, LongAgo);
        return _sequences.Add(sequence);
    }
}

/// <summary>A command that is too large for one message, as its pieces come.</summary>
internal sealed class CommandAssembly(int total)
{
    private readonly byte[] _bytes = new byte[total];

    /// <summary>From which byte on it is missing.</summary>
    public int Offset { get; private set; }

    /// <summary>Takes a piece; one that is not the next is dropped.</summary>
    /// <returns>Whether it was the next.</returns>
    public bool Add(RouterCommands.CommandPiece piece)
    {
        if (piece.Total != _bytes.Length || piece.Offset != Offset || piece.Bytes.Length == 0 || piece.Bytes.Length > _bytes.Length - Offset)
            return false;
        piece.Bytes.CopyTo(_bytes, Offset);
        Offset += piece.Bytes.Length;
        return true;
    }

    /// <summary>Whether all is there.</summary>
    public bool IsWhole => Offset == _bytes.Length;

    /// <summary>The plan that it tells.</summary>
    public JobPlan ToPlan(string jobId, GuestNamespace guest) => WireCommandJson.Read(_bytes).ToPlan(jobId, guest);
}
