using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.VmHosts;

/// <summary>Which VMs a selector matches: one that names its VMs costs as much as it names, however many others there are.</summary>
public sealed partial class Inventory
{
    private readonly Dictionary<string, Record[]> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<VmId, Record[]> _byId = [];
    private Record[]? _sorted;

    private List<InventoryEntry> Select(TargetSelector? selector)
    {
        var pinned = selector?.Pins() is { } pins ? Pinned(pins) : null;
        IReadOnlyCollection<Record> candidates = pinned is null ? _sorted ??= Sorted(_records.Values) : Sorted(pinned);
        var twice = VmsToldTwice.Of<Record>(pinned is null ? _records.Values : SameIds(pinned), static record => record.Snapshot);
        var entries = new List<InventoryEntry>();
        foreach (var record in candidates)
        {
            if (selector?.Matches(record.Snapshot) != false && twice?.IsOther(record.Snapshot) != true)
                entries.Add(record.Entry);
        }
        return entries;
    }

    private static Record[] Sorted(IReadOnlyCollection<Record> records) =>
        [.. records.OrderBy(record => record.Snapshot.Host, StringComparer.Ordinal).ThenBy(record => record.Snapshot.Name, StringComparer.Ordinal)];

    private HashSet<Record> Pinned(SelectorPins pins)
    {
        var found = new HashSet<Record>();
        foreach (var name in pins.Names)
            found.UnionWith(_byName.GetValueOrDefault(name, []));
        foreach (var id in pins.Ids)
            found.UnionWith(_byId.GetValueOrDefault(id, []));
        return found;
    }

    /// <summary>Only VMs of one identity can be the same VM.</summary>
    private HashSet<Record> SameIds(HashSet<Record> records)
    {
        var same = new HashSet<Record>();
        foreach (var record in records)
        {
            if (record.Snapshot.Id is { } id)
                same.UnionWith(_byId[id]);
        }
        return same;
    }

    /// <summary>Whether a VM that was like one is found and sorted as the other is.</summary>
    private static bool IsFoundAlike(VmSnapshot before, VmSnapshot now) => (before.Id, before.Host, before.Name) == (now.Id, now.Host, now.Name);

    private void Index(Record record)
    {
        _sorted = null;
        Add(_byName, record.Snapshot.Name, record);
        if (record.Snapshot.Id is { } id)
            Add(_byId, id, record);
    }

    private void Unindex(Record record)
    {
        _sorted = null;
        Remove(_byName, record.Snapshot.Name, record);
        if (record.Snapshot.Id is { } id)
            Remove(_byId, id, record);
    }

    private static void Add<TKey>(Dictionary<TKey, Record[]> index, TKey key, Record record)
        where TKey : notnull => index[key] = [.. index.GetValueOrDefault(key, []), record];

    private static void Remove<TKey>(Dictionary<TKey, Record[]> index, TKey key, Record record)
        where TKey : notnull
    {
        if (index[key] is [_])
            index.Remove(key);
        else
            index[key] = [.. index[key].Where(other => other != record)];
    }
}
