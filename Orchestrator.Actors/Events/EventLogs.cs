using System.Collections.Concurrent;
using System.Collections.Immutable;
using Akka.Actor;

namespace Orchestrator.Actors.Events;

/// <summary>
/// The event logs that this node reads, by VmHost: its own, and in a cluster those of the other nodes, which come, go and return. Whoever waits for
/// events learns of it at once. Any thread; reading takes no lock.
/// </summary>
/// <param name="time">Clock of the reads.</param>
public sealed class EventLogs(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<TaskCompletionSource, bool> _waiting = new();
    private volatile ImmutableSortedDictionary<string, KnownLog> _all = ImmutableSortedDictionary.Create<string, KnownLog>(StringComparer.Ordinal);

    /// <summary>Clock of the reads.</summary>
    public TimeProvider Time { get; } = time;

    /// <summary>Every log that is known now, reachable or not, by VmHost.</summary>
    public ImmutableSortedDictionary<string, KnownLog> All => _all;

    /// <summary>The log of a VmHost.</summary>
    /// <exception cref="KeyNotFoundException">It is not known.</exception>
    public IActorRef this[string host] => _all[host].Log;

    /// <summary>A directory that has the node's own log.</summary>
    /// <param name="host">Name of the node's VmHost.</param>
    /// <param name="log">Its <see cref="EventLog"/>.</param>
    /// <param name="time">Clock of the reads.</param>
    public static EventLogs Of(string host, IActorRef log, TimeProvider time)
    {
        var logs = new EventLogs(time);
        logs.Put(host, log, isRemote: false);
        return logs;
    }

    /// <summary>A log can be read from now on: its node has joined, has started anew, or answers again.</summary>
    /// <param name="host">VmHost of the log.</param>
    /// <param name="log">Answers <see cref="EventQueries"/>.</param>
    /// <param name="isRemote">Whether it is on another node: an answer may get lost on the way, and is of limited size.</param>
    public void Put(string host, IActorRef log, bool isRemote) => Change(all => all.SetItem(host, new KnownLog(host, log, isRemote, null)));

    /// <summary>A log cannot be read for now: its node does not answer. Nothing changes for one that is known to be so already.</summary>
    /// <param name="host">VmHost of the log; it need not have been known before.</param>
    /// <param name="since">When its node was heard of last.</param>
    public void MarkUnreachable(string host, DateTimeOffset since) => Change(all => all.GetValueOrDefault(host) switch
    {
        { UnreachableSince: not null } => all,
        var known => all.SetItem(host, new KnownLog(host, known?.Log ?? ActorRefs.Nobody, isRemote: true, since)),
    });

    /// <summary>A log is no part of the stream any more: its node was taken out of the cluster for good.</summary>
    public void Remove(string host) => Change(all => all.Remove(host));

    /// <summary>Waits until one of the tasks has ended, or the directory is another than the reader knows.</summary>
    /// <param name="known">What the reader knows.</param>
    /// <param name="asked">What it waits for besides.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal async Task WaitAsync(ImmutableSortedDictionary<string, KnownLog> known, IEnumerable<Task> asked, CancellationToken cancellationToken)
    {
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.TryAdd(changed, true);
        try
        {
            if (_all == known)
                await Task.WhenAny([.. asked, changed.Task]).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _waiting.TryRemove(changed, out _);
        }
    }

    private void Change(Func<ImmutableSortedDictionary<string, KnownLog>, ImmutableSortedDictionary<string, KnownLog>> change)
    {
        lock (_lock)
        {
            var changed = change(_all);
            if (changed == _all)
                return;
            _all = changed;
        }
        foreach (var waiting in _waiting.Keys)
            waiting.TrySetResult();
    }
}
