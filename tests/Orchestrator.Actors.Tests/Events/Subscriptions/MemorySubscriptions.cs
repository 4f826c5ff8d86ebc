using Orchestrator.Actors.Events.Subscriptions;

namespace Orchestrator.Actors.Tests.Events.Subscriptions;

/// <summary>A store that tests can make slow or broken, and that outlives an actor.</summary>
internal sealed class MemorySubscriptions : ISubscriptionStore
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Subscription> _rows = new(StringComparer.Ordinal);
    private readonly SortedDictionary<long, (string Id, DeadLetter Letter)> _letters = [];
    private long _lastKey;
    private int _begun;

    /// <summary>Every write waits for it.</summary>
    public Task Disk { get; set; } = Task.CompletedTask;

    public bool IsBroken { get; set; }

    /// <summary>What every write fails with.</summary>
    public Exception? Fatal { get; set; }

    public bool IsUnreadable { get; set; }

    /// <summary>Called before each step of delivery is applied; what it throws is the step's failure.</summary>
    public Action<SubscriptionChange> OnSave { get; set; } = _ => { };

    public int Saves { get; private set; }

    /// <summary>Writes that were asked for.</summary>
    public int Begun => Volatile.Read(ref _begun);

    public Subscription this[string id]
    {
        get
        {
            lock (_lock)
                return _rows[id] with { DeadLetters = _letters.Values.Count(letter => letter.Id == id) };
        }
    }

    public DeadLetter[] Letters
    {
        get
        {
            lock (_lock)
                return [.. _letters.Values.Select(letter => letter.Letter)];
        }
    }

    public Task<IReadOnlyList<Subscription>> LoadAsync() => ReadAsync<IReadOnlyList<Subscription>>(() => [.. _rows.Keys.Select(id => this[id])]);

    public Task AddAsync(Subscription subscription) => WriteAsync(() => _rows.Add(subscription.Id, subscription));

    public Task RemoveAsync(string id) => WriteAsync(() =>
    {
        _rows.Remove(id);
        foreach (var key in _letters.Where(letter => letter.Value.Id == id).Select(letter => letter.Key).ToArray())
            _letters.Remove(key);
    });

    public async Task<int?> SaveAsync(string id, SubscriptionChange change)
    {
        int? letters = null;
        await WriteAsync(() =>
        {
            Saves++;
            OnSave(change);
            if (!Change(id, row => row with { Progress = change.Progress }))
                return;
            foreach (var letter in change.Added)
                _letters.Add(++_lastKey, (id, letter with { Key = _lastKey }));
            foreach (var key in change.Removed)
                _letters.Remove(key);
            letters = change.Added.Count + change.Removed.Count > 0 ? this[id].DeadLetters : null;
        });
        return letters;
    }

    public Task SavePauseAsync(string id, SubscriptionPause? pause) => WriteAsync(() => Change(id, row => row with { Pause = pause }));

    public Task SaveSecretsAsync(string id, WebhookSecrets secrets) => WriteAsync(() => Change(id, row => row with { Secrets = secrets }));

    public Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(string id, long after, int max) =>
        ReadAsync<IReadOnlyList<DeadLetter>>(() => [.. Of(id).Where(letter => letter.Key > after).Take(max)]);

    public Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(string id, IReadOnlyList<long> keys) =>
        ReadAsync<IReadOnlyList<DeadLetter>>(() => [.. Of(id).Where(letter => keys.Contains(letter.Key))]);

    public Task<IReadOnlyList<long>> DeadLetterKeysAsync(string id) => ReadAsync<IReadOnlyList<long>>(() => [.. Of(id).Select(letter => letter.Key)]);

    private IEnumerable<DeadLetter> Of(string id) => _letters.Values.Where(letter => letter.Id == id).Select(letter => letter.Letter);

    private bool Change(string id, Func<Subscription, Subscription> change)
    {
        if (!_rows.TryGetValue(id, out var row))
            return false;
        _rows[id] = change(row);
        return true;
    }

    private async Task WriteAsync(Action write)
    {
        Interlocked.Increment(ref _begun);
        await Disk;
        lock (_lock)
        {
            if (IsBroken)
                throw new SubscriptionStoreException("the disk is full");
            if (Fatal is { } fatal)
                throw fatal;
            write();
        }
    }

    private Task<T> ReadAsync<T>(Func<T> read)
    {
        lock (_lock)
            return IsUnreadable ? Task.FromException<T>(new SubscriptionStoreException("the disk is gone")) : Task.FromResult(read());
    }
}
