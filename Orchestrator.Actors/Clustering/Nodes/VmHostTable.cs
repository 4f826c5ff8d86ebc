namespace Orchestrator.Actors.Clustering.Nodes;

/// <summary>Which node has which remote VmHost, as one node has heard. The newest epoch counts; what is not heard of any more is down.</summary>
internal sealed class VmHostTable(TimeProvider time)
{
    /// <summary>How long a VmHost counts as served that its node does not tell of again: it does so every second.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly SortedDictionary<string, Known> _byName = new(StringComparer.Ordinal);

    private sealed class Known
    {
        public required VmHostInfo Info { get; set; }

        public bool IsUp { get; set; }

        public DateTimeOffset Since { get; set; }

        public long HeardAt { get; set; }
    }

    /// <summary>A node tells that it has it.</summary>
    /// <returns>What followers hear; <see langword="null"/> when nothing is new to them.</returns>
    public VmHostEvents.Up? Take(VmHostInfo info)
    {
        if (_byName.TryGetValue(info.Name, out var known) && info.Epoch < known.Info.Epoch)
            return null;
        var isNew = known is not { IsUp: true } || known.Info != info;
        _byName[info.Name] = new Known { Info = info, IsUp = true, Since = isNew ? time.GetUtcNow() : known!.Since, HeardAt = time.GetTimestamp() };
        return isNew ? new VmHostEvents.Up(info) : null;
    }

    /// <summary>A node tells that it has given it up.</summary>
    public VmHostEvents.Down? Leave(VmHostInfo info) =>
        _byName.TryGetValue(info.Name, out var known) && known.Info == info ? Down(known, time.GetUtcNow()) : null;

    /// <summary>A process of a node does not answer.</summary>
    public IReadOnlyList<VmHostEvents.Down> NodeDown(string node, int incarnation, DateTimeOffset since) =>
        [.. _byName.Values.Where(known => known.Info.Node == node && known.Info.NodeIncarnation == incarnation).Select(known => Down(known, since)).OfType<VmHostEvents.Down>()];

    /// <summary>Those that have not been heard of for too long.</summary>
    public IReadOnlyList<VmHostEvents.Down> Expire() =>
        [.. _byName.Values.Where(known => time.GetElapsedTime(known.HeardAt) >= Patience).Select(known => Down(known, time.GetUtcNow() - time.GetElapsedTime(known.HeardAt))).OfType<VmHostEvents.Down>()];

    /// <summary>A node was taken out for good: those that it had last, and nobody since.</summary>
    public IReadOnlyList<VmHostEvents.Forgotten> NodeForgotten(string node)
    {
        var names = _byName.Values.Where(known => known.Info.Node == node && !known.IsUp).Select(known => known.Info.Name).ToArray();
        foreach (var name in names)
            _byName.Remove(name);
        return [.. names.Select(name => new VmHostEvents.Forgotten(name))];
    }

    /// <summary>What a new follower hears.</summary>
    public IReadOnlyList<object> Now() => [.. _byName.Values.Select(known => known.IsUp ? (object)new VmHostEvents.Up(known.Info) : new VmHostEvents.Down(known.Info, known.Since))];

    private static VmHostEvents.Down? Down(Known known, DateTimeOffset since)
    {
        if (!known.IsUp)
            return null;
        (known.IsUp, known.Since) = (false, since);
        return new VmHostEvents.Down(known.Info, since);
    }
}
