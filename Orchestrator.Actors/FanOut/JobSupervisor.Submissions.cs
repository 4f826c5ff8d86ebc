using Akka.Actor;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Actors.FanOut;

/// <summary>New jobs, and those that are known by their idempotency key already.</summary>
public sealed partial class JobSupervisor
{
    private readonly Dictionary<string, (string JobId, ReadOnlyMemory<byte> Document)> _keys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _keyOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(JobSpec Spec, IActorRef Requester)>> _sought = new(StringComparer.Ordinal);

    /// <summary>The store was asked for a key.</summary>
    private sealed record Sought(string Key, StoredJob? Job, string? Failure) : ILocalSignal;

    private void OnSubmit(JobCommands.Submit submit)
    {
        if (submit.Spec.IdempotencyKey is not { } key)
            Begin(submit.Spec, Sender);
        else if (_keys.TryGetValue(key, out var known))
            Compare(submit.Spec, Sender, known.JobId, known.Document);
        else if (_sought.TryGetValue(key, out var others))
            Queue(others, submit.Spec);
        else
            Seek(key, submit.Spec);
    }

    /// <summary>While the store is being asked, more of the same key wait.</summary>
    private void Queue(List<(JobSpec, IActorRef)> others, JobSpec spec)
    {
        if (others.Count < _retention.MaxRunning)
            others.Add((spec, Sender));
        else
            Sender.Tell(TooMany);
    }

    private void Seek(string key, JobSpec spec)
    {
        _sought.Add(key, [(spec, Sender)]);
        Attempt(() => _environment.Store.FindAsync(key))
            .PipeTo(Self, success: job => new Sought(key, job, null), failure: error => new Sought(key, null, error.Message));
    }

    private void OnSought(Sought sought)
    {
        if (!_sought.Remove(sought.Key, out var waiting))
            return;
        if (sought.Job is { } job)
            Remember(sought.Key, job.Header.Id, job.Document);
        foreach (var (spec, requester) in waiting)
        {
            if (sought.Failure is { } failure)
                requester.Tell(new JobReplies.Rejected("store-unavailable", $"whether this job is known already cannot be read from disk, so nothing was sent: {failure}"));
            else if (_keys.TryGetValue(sought.Key, out var known))
                Compare(spec, requester, known.JobId, known.Document);
            else
                Begin(spec, requester);
        }
        // One that only the disk knows is found there the next time too.
        if (sought.Job is { } past && !_jobs.ContainsKey(past.Header.Id) && !_awaited.ContainsKey(past.Header.Id) && _keyOf.Remove(past.Header.Id))
            _keys.Remove(sought.Key);
    }

    private void Compare(JobSpec spec, IActorRef requester, string jobId, ReadOnlyMemory<byte> document)
    {
        if (spec.KeyDecides || spec.Document.Span.SequenceEqual(document.Span))
            Forward(jobId, new JobSignals.Known(requester), requester);
        else
            requester.Tell(new JobReplies.Rejected("idempotency-key-reused", $"the key '{spec.IdempotencyKey}' is that of job {jobId}, which asks something else: take another key"));
    }

    private void Begin(JobSpec spec, IActorRef requester)
    {
        if (IsFull)
        {
            requester.Tell(TooMany);
            return;
        }
        var id = JobIds.Next(_environment.Time);
        Start(new JobStart.New(id, spec, requester));
        if (spec.IdempotencyKey is { } key)
            Remember(key, id, spec.Document);
    }

    private void Remember(string key, string jobId, ReadOnlyMemory<byte> document)
    {
        _keys[key] = (jobId, document);
        _keyOf[jobId] = key;
    }

    /// <summary>A store that throws at once fails like one that throws later.</summary>
    private static async Task<T> Attempt<T>(Func<Task<T>> ask) => await ask().ConfigureAwait(false);
}
