using Akka.Actor;
using Orchestrator.Actors.VmHosts;

namespace Orchestrator.Actors.Clustering.Inventories;

/// <summary>
/// Follows the own VMs of one node, this or another, or those of a remote VmHost, and puts them into the picture of the fleet: the whole first, then what changes. While the node
/// does not answer, its VMs stay as they were, and say since when. Child of the <see cref="FleetFollower"/>.
/// </summary>
internal sealed class PartFollower : UntypedActor, IWithTimers
{
    private readonly Dictionary<string, InventoryEntry> _coming = new(StringComparer.Ordinal);
    private readonly HashSet<string> _left = new(StringComparer.Ordinal);
    private PartSource _part;
    private readonly IActorRef _fleet;
    private readonly FleetPicture _picture;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, IActorRef> _vms = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unseen = new(StringComparer.Ordinal);
    private ActorSelection _source;
    private long _version;
    private long _began;
    private long _heardAt;
    private DateTimeOffset? _staleSince;

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public PartFollower(PartSource part, IActorRef fleet, FleetPicture picture, TimeProvider time)
    {
        (_part, _fleet, _picture, _time) = (part, fleet, picture, time);
        _source = SourceOf(part);
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsFor(PartSource part, IActorRef fleet, FleetPicture picture, TimeProvider time) => Props.Create(() => new PartFollower(part, fleet, picture, time));

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
            case FleetSignals.Anew anew:
                OnAnew(anew.Part);
                break;
            case FleetSignals.Remember remember:
                OnRemember(remember.Vms);
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
        if (part.IsWhole)
        {
            _coming.Clear();
            _unseen.UnionWith(_vms.Keys);
        }
        foreach (var entry in part.Changed)
        {
            _unseen.Remove(entry.Path);
            _left.Remove(entry.Path);
            _coming[entry.Path] = new InventoryEntry(entry.Vm, RefOf(entry.Path)) { Node = _part.Node, Part = _part.Name };
        }
        foreach (var path in part.Gone)
        {
            _coming.Remove(path);
            _left.Add(path);
        }
        (_version, _began) = (part.Version, part.Began);
        if (_began == 0)
            Take();
        Read();
    }

    /// <summary>A whole picture replaces the one before at once, however many pages it has: nobody sees half of it, or a VM twice.</summary>
    private void Take()
    {
        _left.UnionWith(_unseen);
        _unseen.Clear();
        var gone = new List<IActorRef>();
        foreach (var path in _left)
        {
            if (_vms.Remove(path, out var vm))
                gone.Add(vm);
        }
        foreach (var (path, entry) in _coming)
            _vms[path] = entry.Vm;
        if (_staleSince is not null)
            _fleet.Tell(new InventoryCommands.Mark(_part.Name, null));
        if (_coming.Count > 0 || gone.Count > 0)
            _fleet.Tell(new InventoryCommands.Take([.. _coming.Values], gone));
        if (_part.Name == _part.Node)
            _picture.Read(_part.Incarnation);
        _staleSince = null;
        _coming.Clear();
        _left.Clear();
    }

    private IActorRef RefOf(string path) => _vms.TryGetValue(path, out var vm) ? vm : ((ExtendedActorSystem)Context.System).Provider.ResolveActorRef(path);

    /// <summary>The node is another process now, or another has the VmHost: its VMs of before stay, stale, until the new one has told all of its own.</summary>
    private void OnAnew(PartSource part)
    {
        (_part, _source, _version, _began) = (part, SourceOf(part), 0, 0);
        _coming.Clear();
        _left.Clear();
        MarkStale(_time.GetUtcNow());
        _heardAt = _time.GetTimestamp();
        Read();
    }

    private static ActorSelection SourceOf(PartSource part) => Context.ActorSelection(part.IsLost ? "/deadLetters" : part.Inventory);

    /// <summary>What another node remembers of one that does not answer.</summary>
    private void OnRemember(IReadOnlyDictionary<string, InventoryEntry> vms)
    {
        foreach (var (path, vm) in vms)
        {
            _vms[path] = vm.Vm;
            _staleSince ??= vm.Snapshot.StaleSince;
        }
    }

    /// <summary>A question or its answer may be lost on the way: it is asked again, and what is old is marked.</summary>
    private void OnReadDue()
    {
        if (_time.GetElapsedTime(_heardAt) >= Inventory.PartPatience)
            MarkStale(_time.GetUtcNow() - _time.GetElapsedTime(_heardAt));
        Read();
    }

    private void MarkStale(DateTimeOffset since)
    {
        if (_staleSince is not null)
            return;
        _staleSince = since;
        _fleet.Tell(new InventoryCommands.Mark(_part.Name, since));
    }

    private void Read()
    {
        if (_part.IsLost)
            return;
        _source.Tell(new PartMessages.ReadPart(_version, _began));
        Timers.StartSingleTimer(nameof(ReadDue), ReadDue.Instance, Inventory.PartPatience);
    }

    private sealed class ReadDue : ILocalSignal
    {
        public static readonly ReadDue Instance = new();
    }
}
