using Akka.Actor;

namespace Orchestrator.Actors.FanOut.Routing;

/// <summary>Targets of one node that go together.</summary>
/// <param name="Attempt">Which attempt of them all.</param>
/// <param name="Ordinals">Their places in the target list, ascending.</param>
/// <param name="Deadline">When they must have their outcomes.</param>
/// <param name="Delivery">Until when they may wait for their VM; the deadline if there is none.</param>
internal sealed record LinkBatch(int Attempt, IReadOnlyList<int> Ordinals, Deadline Deadline, Deadline? Delivery)
{
    /// <summary>Whether a router may have had them before: one of an earlier owner, of an earlier process of the node, or of before a connection was lost.</summary>
    public bool IsInDoubt { get; init; }

    /// <summary>Until when they may wait for their node.</summary>
    public Deadline Until => Delivery ?? Deadline;
}

/// <summary>A dispatch whose receipt is not confirmed.</summary>
internal sealed record SentDispatch(RouterCommands.Dispatch Message, LinkBatch Batch);

/// <summary>
/// What a job knows of one node: whether its router can be reached, what waits for it, and what went to which process of it. Owned by a
/// <see cref="JobActor"/>.
/// </summary>
internal sealed class RouterLink(string node)
{
    /// <summary>Stands for a process of before the cluster: no real one has it.</summary>
    public const int UnknownIncarnation = -1;

    private readonly List<LinkBatch> _sent = [];

    public string Node => node;

    /// <summary>Where the router is; <see langword="null"/> while it cannot be reached.</summary>
    public ICanTell? Router { get; private set; }

    /// <summary>Which process of the node it is.</summary>
    public int Incarnation { get; private set; }

    /// <summary>
    /// The process that all of the job's intents of this node were sent to, except those that the present one was told to ask evidence for. On disk
    /// before anything is sent. <see langword="null"/>: nothing was ever sent to this node.
    /// </summary>
    public int? Recorded { get; set; }

    /// <summary>Whether <see cref="Recorded"/> is being written.</summary>
    public bool IsRecording { get; set; }

    /// <summary>Begun, and not sent.</summary>
    public List<LinkBatch> Held { get; } = [];

    /// <summary>By sequence.</summary>
    public SortedDictionary<long, SentDispatch> Unconfirmed { get; } = [];

    /// <summary>Whether what is in doubt was sent to a process that is gone.</summary>
    public bool IsOther => Recorded is { } recorded && recorded != Incarnation;

    /// <summary>Whether the router is being told what it has to ask evidence for: nothing else is sent before.</summary>
    public bool IsReconciling => Unconfirmed.Values.Any(sent => sent.Message.IsReconciliation);

    /// <summary>The router can be reached, perhaps as another process. All that was sent is in doubt until it says what it has.</summary>
    public void Up(ICanTell router, int incarnation)
    {
        (Router, Incarnation) = (router, incarnation);
        Unconfirmed.Clear();
        Held.InsertRange(0, _sent.Select(batch => batch with { IsInDoubt = true }));
        _sent.Clear();
    }

    /// <summary>The router cannot be reached.</summary>
    public void Down() => Router = null;

    /// <summary>Notes what goes out.</summary>
    public void Sent(LinkBatch batch) => _sent.Add(batch);

    /// <summary>Targets that a router may have.</summary>
    public IEnumerable<LinkBatch> AllSent => _sent.Concat(Held.Where(batch => batch.IsInDoubt && Recorded is not null));

    /// <summary>Targets that no router has ever had.</summary>
    public IEnumerable<LinkBatch> Unsent => Held.Where(batch => !batch.IsInDoubt || Recorded is null);
}
