using Akka.Actor;
using Akka.Cluster;
using Orchestrator.Actors.Clustering.Inventories;

namespace Orchestrator.Actors.VmHosts;

/// <summary>In a cluster: this node's own VMs as others read them, and theirs as they come in.</summary>
public sealed partial class Inventory
{
    /// <summary>Name of the actor that has the picture of the fleet.</summary>
    public const string FleetName = "inventory";

    /// <summary>Name of the actor that has this node's own VMs and no others.</summary>
    public const string OwnName = "own-inventory";

    /// <summary>How long a reader of another node waits for an answer before it asks again: longer than <see cref="PartPause"/>.</summary>
    internal static readonly TimeSpan PartPatience = TimeSpan.FromSeconds(6);

    /// <summary>After so long without news, a reader is told that there are none.</summary>
    internal static readonly TimeSpan PartPause = TimeSpan.FromSeconds(3);

    private readonly Dictionary<IActorRef, PartMessages.ReadPart> _partReaders = [];

    private bool _isBegun;
    private int? _expected;

    private void BeginIfAllAreIn()
    {
        if (_isBegun || _expected is not { } expected || _records.Count < expected)
            return;
        _isBegun = true;
        AnswerPartReaders();
    }

    private void OnReadPart(PartMessages.ReadPart read)
    {
        if (!_isBegun)
        {
            _partReaders[Sender] = read;
            return;
        }
        if (read.After != _version)
        {
            AnswerPart(Sender, read);
            return;
        }
        _partReaders[Sender] = read;
        if (!Timers.IsTimerActive(nameof(PartsDue)))
            Timers.StartSingleTimer(nameof(PartsDue), PartsDue.Instance, PartPause);
    }

    private void AnswerPartReaders()
    {
        foreach (var (reader, read) in _partReaders)
            AnswerPart(reader, read);
        _partReaders.Clear();
    }

    /// <summary>The oldest changes first, so that the rest are read after them. Who left while a whole picture is read is told as long as it is remembered from its beginning on.</summary>
    private void AnswerPart(IActorRef reader, PartMessages.ReadPart read)
    {
        // A reader that is ahead read from an inventory that this one has replaced.
        var isWhole = read.After == 0 || read.After > _version || Math.Max(read.After, read.Began) < _forgotten;
        var began = isWhole ? _version : read.Began;
        var page = new PartPage();
        foreach (var record in Since(isWhole ? 0 : read.After).Where(record => !isWhole || !record.Gone))
        {
            var path = PathOf(record.Entry.Vm);
            if (!(record.Gone ? page.TryAddGone(path, record.Version) : page.TryAdd(new PartEntry(path, record.Snapshot), record.Version)))
                break;
        }
        reader.Tell(page.Answer(read.After, _version, isWhole, began));
    }

    /// <summary>By path, so that a reader can go on after the last one that it has.</summary>
    private void OnReadLost(PartMessages.ReadLost read)
    {
        var lost = _records.Values.Where(record => record.Snapshot.StaleSince is not null && record.Entry is { Node: not null, Part: not null })
            .Select(record => (Path: PathOf(record.Entry.Vm), record.Entry))
            .Where(record => string.CompareOrdinal(record.Path, read.After) > 0)
            .OrderBy(record => record.Path, StringComparer.Ordinal);
        var (page, owners) = (new PartPage(), new List<InventoryEntry>());
        foreach (var (path, entry) in lost)
        {
            if (!page.TryAdd(new PartEntry(path, entry.Snapshot), version: 0))
                break;
            owners.Add(entry);
        }
        var told = page.Answer(0, 0, isWhole: true, 0);
        Sender.Tell(new PartMessages.Lost(read.Incarnation, read.After, [.. told.Changed.Zip(owners, (entry, owner) => new LostEntry(entry, owner.Node!, owner.Part!))], told.IsLast));
    }

    private static string PathOf(IActorRef vm) =>
        Context.System.HasExtension<Cluster>() ? vm.Path.ToSerializationFormatWithAddress(Cluster.Get(Context.System).SelfAddress) : vm.Path.ToSerializationFormat();

    private void OnTake(InventoryCommands.Take take)
    {
        foreach (var entry in take.Changed)
            Put(entry);
        foreach (var vm in take.Gone)
            OnGone(vm);
    }

    private void OnMark(InventoryCommands.Mark mark)
    {
        foreach (var record in _records.Values.Where(record => record.Entry.Part == mark.Part && record.Snapshot.StaleSince != mark.StaleSince).ToArray())
        {
            record.Entry = record.Entry with { Snapshot = record.Snapshot with { StaleSince = mark.StaleSince } };
            Touch(record);
        }
    }

    private sealed class PartsDue : ILocalSignal
    {
        public static readonly PartsDue Instance = new();
    }
}
