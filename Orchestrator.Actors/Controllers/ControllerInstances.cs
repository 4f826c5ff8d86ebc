using Akka.Actor;
using Orchestrator.Actors.Controllers.Storage;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Controllers;

/// <summary>An instance as its feed sees it.</summary>
internal sealed class FeedInstance(string key, IActorRef actor, VmId? vm)
{
    public string Key { get; } = key;

    public IActorRef Actor { get; } = actor;

    public VmId? Vm { get; } = vm;

    public string? VmName { get; set; }

    public ControllerHealth Health { get; set; }

    public string? Message { get; set; }

    /// <summary>What it has not handled, in order.</summary>
    public Queue<FeedPlace> Waiting { get; } = new();

    /// <summary>Whether it has been told that its VM left.</summary>
    public bool IsLeaving { get; set; }
}

/// <summary>The instances of one controller, by key.</summary>
internal sealed class ControllerInstances
{
    /// <summary>Key of the only instance of <see cref="ControllerScope.Fleet"/>.</summary>
    public const string Fleet = "fleet";

    private readonly SortedDictionary<string, FeedInstance> _byKey = new(StringComparer.Ordinal);
    private readonly Dictionary<IActorRef, FeedInstance> _byActor = [];
    private readonly Dictionary<string, StoredInstance> _past;
    private readonly Queue<string> _pastOrder = new();

    /// <param name="past">As they were stored.</param>
    public ControllerInstances(IReadOnlyDictionary<string, StoredInstance> past)
    {
        _past = new Dictionary<string, StoredInstance>(past, StringComparer.Ordinal);
        foreach (var key in past.OrderBy(instance => instance.Value.Mark.Born).Select(instance => instance.Key))
            _pastOrder.Enqueue(key);
    }

    public int Count => _byKey.Count;

    public IReadOnlyCollection<FeedInstance> All => _byKey.Values;

    public FeedInstance? Find(string key) => _byKey.GetValueOrDefault(key);

    public FeedInstance? Find(IActorRef actor) => _byActor.GetValueOrDefault(actor);

    /// <summary>What a new life of it begins with.</summary>
    public StoredInstance Recall(string key, Func<StoredInstance> otherwise) => _past.Remove(key, out var past) ? past : otherwise();

    public void Add(FeedInstance instance)
    {
        _byKey.Add(instance.Key, instance);
        _byActor.Add(instance.Actor, instance);
    }

    /// <summary>It has ended, and may live again.</summary>
    public void Remove(FeedInstance instance, StoredInstance state)
    {
        _byKey.Remove(instance.Key);
        _byActor.Remove(instance.Actor);
        _past[instance.Key] = state;
        _pastOrder.Enqueue(instance.Key);
    }

    /// <summary>Forgets those that have ended longest ago, where there are too many.</summary>
    /// <returns>Their keys.</returns>
    public IReadOnlyList<string> Forget(int most)
    {
        var forgotten = new List<string>();
        while (_past.Count > most && _pastOrder.TryDequeue(out var key))
        {
            if (_past.Remove(key))
                forgotten.Add(key);
        }
        return forgotten;
    }

    /// <summary>Some of them, by key.</summary>
    public (IReadOnlyList<ControllerInstanceSnapshot> Items, string? Next) Page(string after, int limit, DateTimeOffset now)
    {
        var items = _byKey.Values.Where(instance => string.CompareOrdinal(instance.Key, after) > 0).Take(limit + 1)
            .Select(instance => new ControllerInstanceSnapshot(instance.Key, instance.VmName, instance.Health, instance.Message, instance.Waiting.Count, Lag(instance, now))).ToList();
        if (items.Count <= limit)
            return (items, null);
        items.RemoveAt(limit);
        return (items, limit == 0 ? null : items[^1].Key);
    }

    private static TimeSpan Lag(FeedInstance instance, DateTimeOffset now) => instance.Waiting.TryPeek(out var oldest) && oldest.Time is { } time && time < now ? now - time : TimeSpan.Zero;
}
