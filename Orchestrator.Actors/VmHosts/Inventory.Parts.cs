using Akka.Actor;
using Akka.Cluster;
using Orchestrator.Actors.Clustering.Inventories;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.VmHosts;

/// <summary>In a cluster: this node's own VMs as others read them, and theirs as they come in.</summary>
public sealed partial class Inventory
{
    /// <summary>Name of the actor that has this node's own VMs and no others.</summary>
    public const string OwnName = "own-inventory";

    /// <summary>How long a reader of another node waits for an answer before it asks again: longer than <see cref="PartPause"/>.</summary>
    internal static readonly TimeSpan PartPatience = TimeSpan.FromSeconds(6);

    /// <summary>After so long without news, a reader is told that there are none.</summary>
    internal static readonly TimeSpan PartPause = TimeSpan.FromSeconds(3);

    private const int MaxPartBytes = 48 * 1024;
    private readonly Dictionary<IActorRef, long> _partReaders = [];

    private void OnReadPart(long after)
    {
        if (after < _version)
        {
            AnswerPart(Sender, after);
            return;
        }
        _partReaders[Sender] = after;
        if (!Timers.IsTimerActive(nameof(PartsDue)))
            Timers.StartSingleTimer(nameof(PartsDue), PartsDue.Instance, PartPause);
    }

    private void AnswerPartReaders()
    {
        foreach (var (reader, after) in _partReaders)
            AnswerPart(reader, after);
        _partReaders.Clear();
    }

    /// <summary>The oldest changes first, so that the rest are read after them.</summary>
    private void AnswerPart(IActorRef reader, long after)
    {
        var isWhole = after == 0 || after < _forgotten;
        var news = NewestFirst().TakeWhile(record => record.Version > after).Where(record => !isWhole || !record.Gone).Reverse().ToArray();
        var (changed, gone, bytes, count) = (new List<PartEntry>(), new List<string>(), 0, 0);
        for (; count < news.Length && bytes < MaxPartBytes; count++)
        {
            var path = PathOf(news[count].Entry.Vm);
            bytes += path.Length + (news[count].Gone ? 0 : SizeOf(news[count].Snapshot));
            if (news[count].Gone)
                gone.Add(path);
            else
                changed.Add(new PartEntry(path, news[count].Snapshot));
        }
        var isLast = count == news.Length;
        reader.Tell(new PartMessages.Part(after, changed, gone, isLast ? _version : news[count - 1].Version, isWhole, isLast));
    }

    private static string PathOf(IActorRef vm) =>
        Context.System.HasExtension<Cluster>() ? vm.Path.ToSerializationFormatWithAddress(Cluster.Get(Context.System).SelfAddress) : vm.Path.ToSerializationFormat();

    /// <summary>About what it takes as JSON: the fixed members, and the texts.</summary>
    private static int SizeOf(VmSnapshot vm) =>
        600 + (2 * (vm.Name.Length + vm.Host.Length + (vm.Message?.Length ?? 0))) + TextOf(vm.Labels) + TextOf(vm.Facts) + (vm.Quarantine is null ? 0 : 2048);

    private static int TextOf(IEnumerable<KeyValuePair<string, string>> pairs) => pairs.Sum(pair => (2 * pair.Value.Length) + pair.Key.Length + 8);

    private void OnTake(InventoryCommands.Take take)
    {
        foreach (var entry in take.Changed)
            Put(entry);
        foreach (var vm in take.Gone)
            OnGone(vm);
    }

    private void OnMark(InventoryCommands.Mark mark)
    {
        foreach (var record in _records.Values.Where(record => record.Entry.Node == mark.Node && record.Snapshot.StaleSince != mark.StaleSince).ToArray())
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
