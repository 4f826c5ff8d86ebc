using Akka.Actor;
using Orchestrator.Actors.Clustering.Inventories;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.VmHosts;

/// <summary>
/// The picture of all VMs that this node knows: listing, selecting and watching never ask the VMs themselves. VMs tell their changes; a VM leaves
/// when its actor has stopped. One per node.
/// </summary>
public sealed partial class Inventory : UntypedActor, IWithTimers
{
    private const int MaxWaitingReaders = 4096;
    private const int MaxGoneKept = 4096;

    private readonly Dictionary<IActorRef, Record> _records = [];

    /// <summary>By version, the oldest first: whoever changes is the newest.</summary>
    private readonly LinkedList<Record> _byVersion = [];
    private readonly Queue<Record> _gone = new();
    private readonly PageReaders<InventoryQueries.ReadChanges> _readers = new(MaxWaitingReaders);
    private long _version;
    private long _forgotten;

    private sealed class Record
    {
        public Record() => Place = new(this);

        /// <summary>In the order of versions.</summary>
        public LinkedListNode<Record> Place { get; }

        public required InventoryEntry Entry { get; set; }

        public VmSnapshot Snapshot => Entry.Snapshot;

        public long Version { get; set; }

        public bool Gone { get; set; }
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public Inventory(bool awaitsVms) => _isBegun = !awaitsVms;

    /// <summary>Props.</summary>
    /// <param name="awaitsVms">Whether other nodes are told nothing before all VMs of the sources are in it: what they knew of an earlier process stays until then.</param>
    public static Props PropsFor(bool awaitsVms = false) => Props.Create(() => new Inventory(awaitsVms));

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case VmEvents.Changed changed:
                OnChanged(changed.Snapshot);
                break;
            case Terminated terminated:
                OnGone(terminated.ActorRef);
                break;
            case InventoryQueries.Select select:
                Sender.Tell(new InventoryReplies.Selection(Select(select.Selector)));
                break;
            case InventoryQueries.ReadChanges read when read.After < _version:
                Answer(Sender, read);
                break;
            case InventoryQueries.ReadChanges read:
                _readers.Park(Sender, read, Answer);
                break;
            case PartMessages.ReadPart read:
                OnReadPart(read);
                break;
            case PartMessages.ReadLost read:
                OnReadLost(read);
                break;
            case PartsDue:
                AnswerPartReaders();
                break;
            case InventoryCommands.Take take:
                OnTake(take);
                break;
            case InventoryCommands.Expect expect:
                _expected ??= expect.Vms;
                BeginIfAllAreIn();
                break;
            case InventoryCommands.Mark mark:
                OnMark(mark);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnChanged(VmSnapshot snapshot)
    {
        if (!_records.ContainsKey(Sender))
            Context.Watch(Sender);
        Put(new InventoryEntry(snapshot, Sender));
    }

    private void Put(InventoryEntry entry)
    {
        if (!_records.TryGetValue(entry.Vm, out var record))
        {
            _records.Add(entry.Vm, record = new Record { Entry = entry });
            Index(record);
        }
        else if (IsFoundAlike(record.Snapshot, entry.Snapshot))
        {
            record.Entry = entry;
        }
        else
        {
            Unindex(record);
            record.Entry = entry;
            Index(record);
        }
        Touch(record);
    }

    private void OnGone(IActorRef vm)
    {
        if (!_records.Remove(vm, out var record))
            return;
        Unindex(record);
        record.Gone = true;
        _gone.Enqueue(record);
        Touch(record);
        if (_gone.Count <= MaxGoneKept)
            return;
        var forgotten = _gone.Dequeue();
        _byVersion.Remove(forgotten.Place);
        _forgotten = forgotten.Version;
    }

    private void Touch(Record record)
    {
        if (record.Place.List is not null)
            _byVersion.Remove(record.Place);
        record.Version = ++_version;
        _byVersion.AddLast(record.Place);
        _readers.AnswerAll(Answer);
        BeginIfAllAreIn();
        if (_isBegun)
            AnswerPartReaders();
    }

    private void Answer(IActorRef reader, InventoryQueries.ReadChanges read)
    {
        var complete = read.After == 0 || read.After < _forgotten;
        var changed = new List<VmSnapshot>();
        var gone = new List<VmSnapshot>();
        foreach (var record in Since(complete ? 0 : read.After))
        {
            if (!record.Gone)
                changed.Add(record.Snapshot);
            else if (!complete)
                gone.Add(record.Snapshot);
        }
        reader.Tell(new InventoryReplies.Changes(changed, gone, _version, complete));
    }

    /// <summary>What has changed after a version, the oldest change first. It costs as much as has changed, however many there are.</summary>
    private IEnumerable<Record> Since(long after)
    {
        var first = after == 0 ? _byVersion.First : null;
        if (after > 0)
        {
            for (var place = _byVersion.Last; place is not null && place.Value.Version > after; place = place.Previous)
                first = place;
        }
        for (var place = first; place is not null; place = place.Next)
            yield return place.Value;
    }
}
