using Akka.Actor;
using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.VmHosts;

namespace Orchestrator.Actors.Freezing;

/// <summary>Owns the groups of VMs that are frozen together: starts them, finds them, and forgets the oldest that have ended. One per node.</summary>
public sealed partial class FreezeSupervisor : UntypedActor
{
    private const int MaxActive = 256;
    private const int MaxEnded = 256;

    private readonly FreezeEnvironment _environment;
    private readonly SortedDictionary<string, IActorRef> _groups = new(StringComparer.Ordinal);
    private readonly Queue<string> _ended = new();

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public FreezeSupervisor(FreezeEnvironment environment) => _environment = environment;

    /// <summary>Props.</summary>
    public static Props PropsFor(FreezeEnvironment environment) => Props.Create(() => new FreezeSupervisor(environment));

    /// <summary>A group that fails is not begun anew; its VMs are thawed at the end of their leases.</summary>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case FreezeCommands.Create create:
                Resolve(create.Spec.Target, (targets, requester) => new Resolved(targets, requester, create.Spec, null));
                break;
            case FreezeCommands.Snapshot snapshot:
                Resolve(snapshot.Spec.Target, (targets, requester) => new Resolved(targets, requester, null, snapshot.Spec));
                break;
            case Resolved resolved:
                OnResolved(resolved);
                break;
            case Begin begin:
                Start(begin.Spec, begin.Targets, Sender);
                break;
            case FreezeCommands.Thaw thaw:
                Forward(thaw.GroupId, thaw);
                break;
            case FreezeCommands.ThawMember thaw:
                Forward(thaw.GroupId, thaw);
                break;
            case FreezeCommands.Extend extend:
                Forward(extend.GroupId, extend);
                break;
            case FreezeCommands.ThawVms thaw:
                ThawAsync(thaw, Context.System).PipeTo(Sender);
                break;
            case FreezeQueries.Get get:
                Forward(get.GroupId, get);
                break;
            case FreezeQueries.List:
                if (_environment.Fleet is null)
                    List(Sender);
                else
                    LookForLeases(null, null);
                break;
            case Leased leased:
                OnLeased(leased);
                break;
            case DutyLost:
                Context.Parent.Tell(DutyLost.Instance);
                break;
            case FreezeSignals.Ended ended:
                OnEnded(ended.GroupId);
                break;
            case Terminated terminated:
                _groups.Remove(terminated.ActorRef.Path.Name);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Resolve(FanOut.Selectors.TargetSelector target, Func<IReadOnlyList<InventoryEntry>, IActorRef, Resolved> then)
    {
        var requester = Sender;
        _environment.Inventory.Ask<InventoryReplies.Selection>(new InventoryQueries.Select(target), AnswerTimeout)
            .PipeTo(Self, success: selection => then(selection.Entries, requester));
    }

    private void OnResolved(Resolved resolved)
    {
        if (resolved.Targets.Count == 0)
            resolved.Requester.Tell(new FreezeReplies.Rejected("no-targets", "the selector matches no VM: 'orchestrator vm ls' shows the names, labels and states there are"));
        else if (resolved.Freeze is { } freeze)
            Start(freeze, resolved.Targets, resolved.Requester);
        else
            Context.ActorOf(SnapshotActor.PropsFor(resolved.Snapshot!, resolved.Targets, resolved.Requester, _environment));
    }

    private void Start(FreezeSpec spec, IReadOnlyList<InventoryEntry> targets, IActorRef requester)
    {
        if (_groups.Count - _ended.Count >= MaxActive)
        {
            requester.Tell(new FreezeReplies.Rejected("too-many-freezes", $"{MaxActive} groups are frozen already: thaw some"));
            return;
        }
        var id = JobIds.Next(_environment.Time);
        _groups.Add(id, Context.Watch(Context.ActorOf(FreezeGroupActor.PropsFor(id, spec, targets, requester, _environment), id)));
    }

    private void Forward(string groupId, object message)
    {
        if (_groups.TryGetValue(groupId, out var group))
            group.Forward(message);
        else if (_environment.Fleet is not null)
            LookForLeases(groupId, message);
        else
            Sender.Tell(NotFound(groupId));
    }

    private static FreezeReplies.Rejected NotFound(string groupId) =>
        new("freeze-not-found", $"there is no group '{groupId}': it was forgotten, or the node was started anew, which thaws all. GET /v1/freeze-leases lists what is not thawed yet");

    private void List(IActorRef requester) => ListAsync([.. _groups.Values.Reverse()]).PipeTo(requester);

    private void OnEnded(string groupId)
    {
        _ended.Enqueue(groupId);
        if (_ended.Count > MaxEnded && _groups.Remove(_ended.Dequeue(), out var oldest))
            Context.Stop(oldest);
    }

    private static async Task<FreezeReplies.Groups> ListAsync(IReadOnlyList<IActorRef> groups)
    {
        var answers = await Task.WhenAll(groups.Select(group => group.Ask<FreezeReplies.Group>(new FreezeQueries.Get(group.Path.Name), AnswerTimeout))).ConfigureAwait(false);
        return new FreezeReplies.Groups([.. answers.Select(answer => answer.Snapshot)]);
    }

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);

    private sealed record Resolved(IReadOnlyList<InventoryEntry> Targets, IActorRef Requester, FreezeSpec? Freeze, SnapshotSpec? Snapshot) : ILocalSignal;

    /// <summary>From a snapshot: a group of VMs that are known already.</summary>
    internal sealed record Begin(FreezeSpec Spec, IReadOnlyList<InventoryEntry> Targets) : ILocalSignal;
}
