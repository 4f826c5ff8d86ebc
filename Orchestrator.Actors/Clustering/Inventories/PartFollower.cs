using Akka.Actor;
using Orchestrator.Actors.Clustering.Nodes;
using Orchestrator.Actors.VmHosts;

namespace Orchestrator.Actors.Clustering.Inventories;

/// <summary>
/// Follows the own VMs of one node, this or another, and puts them into the picture of the fleet: the whole first, then what changes. While the node
/// does not answer, its VMs stay as they were, and say since when. Child of the <see cref="FleetFollower"/>.
/// </summary>
internal sealed class PartFollower : UntypedActor, IWithTimers
{
    private readonly NodeInfo _node;
    private readonly IActorRef _fleet;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, IActorRef> _vms = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unseen = new(StringComparer.Ordinal);
    private readonly ActorSelection _source;
    private long _version;
    private long _heardAt;
    private DateTimeOffset? _staleSince;

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public PartFollower(NodeInfo node, IActorRef fleet, TimeProvider time)
    {
        (_node, _fleet, _time) = (node, fleet, time);
        _source = Context.ActorSelection($"{node.Address}/user/{Inventory.OwnName}");
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsFor(NodeInfo node, IActorRef fleet, TimeProvider time) => Props.Create(() => new PartFollower(node, fleet, time));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        _heardAt = _time.GetTimestamp();
        Read();
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case PartMessages.Part part when part.After == _version:
                OnPart(part);
                break;
            case PartMessages.Part:
                // The answer to a question that was asked twice.
                break;
            case ReadDue:
                OnReadDue();
                break;
            case FleetSignals.Stale stale:
                MarkStale(stale.Since);
                break;
            case FleetSignals.Vanish:
                _fleet.Tell(new InventoryCommands.Take([], [.. _vms.Values]));
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnPart(PartMessages.Part part)
    {
        _heardAt = _time.GetTimestamp();
        var wasStale = _staleSince is not null;
        _staleSince = null;
        if (part.IsWhole)
            _unseen.UnionWith(_vms.Keys);
        var changed = new List<InventoryEntry>(part.Changed.Count);
        foreach (var entry in part.Changed)
        {
            _unseen.Remove(entry.Path);
            if (!_vms.TryGetValue(entry.Path, out var vm))
                _vms.Add(entry.Path, vm = ((ExtendedActorSystem)Context.System).Provider.ResolveActorRef(entry.Path));
            changed.Add(new InventoryEntry(entry.Vm, vm) { Node = _node.Name });
        }
        var gone = new List<IActorRef>();
        IEnumerable<string> left = part.IsLast ? [.. part.Gone, .. _unseen] : part.Gone;
        foreach (var path in left)
        {
            if (_vms.Remove(path, out var vm))
                gone.Add(vm);
        }
        if (part.IsLast)
            _unseen.Clear();
        _version = part.Version;
        if (wasStale)
            _fleet.Tell(new InventoryCommands.Mark(_node.Name, null));
        if (changed.Count > 0 || gone.Count > 0)
            _fleet.Tell(new InventoryCommands.Take(changed, gone));
        Read();
    }

    /// <summary>A question or its answer may be lost on the way: it is asked again, and what is old is marked.</summary>
    private void OnReadDue()
    {
        if (_time.GetElapsedTime(_heardAt) > Inventory.PartPatience)
            MarkStale(_time.GetUtcNow() - _time.GetElapsedTime(_heardAt));
        Read();
    }

    private void MarkStale(DateTimeOffset since)
    {
        if (_staleSince is not null)
            return;
        _staleSince = since;
        _fleet.Tell(new InventoryCommands.Mark(_node.Name, since));
    }

    private void Read()
    {
        _source.Tell(new PartMessages.ReadPart(_version));
        Timers.StartSingleTimer(nameof(ReadDue), ReadDue.Instance, Inventory.PartPatience);
    }

    private sealed class ReadDue : ILocalSignal
    {
        public static readonly ReadDue Instance = new();
    }
}
