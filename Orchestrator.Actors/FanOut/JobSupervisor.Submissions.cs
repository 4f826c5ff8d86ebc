using Akka.Actor;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Actors.FanOut;

/// <summary>New jobs, and those that are known by their idempotency key already.</summary>
public sealed partial class JobSupervisor
{
    private readonly Dictionary<string, (string JobId, ReadOnlyMemory<byte> Document)> _keys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _keyOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(JobCommands.Submit Submit, IActorRef Requester)>> _sought = new(StringComparer.Ordinal);

    /// <summary>The store was asked for a key.</summary>
    private sealed record Sought(string Key, StoredJob? Job, string? Failure) : ILocalSignal;

    /// <summary>The store was asked for an id that was asked for before.</summary>
    private sealed record SoughtId(JobCommands.Submit Submit, IActorRef Requester, StoredJob? Job, string? Failure) : ILocalSignal;

    private void OnSubmit(JobCommands.Submit submit)
    {
        var id = submit.JobId;
        if (id is not null && _environment.Partition is { } partition && JobPartition.Of(id) != partition)
            Sender.Tell(new JobReplies.Rejected("invalid-request", $"the job {id} does not belong to the partition {partition}"));
        else if (id is not null && _jobs.ContainsKey(id))
            Forward(id, new JobSignals.Known(Sender));
        else if (id is not null && submit.IsRepeated)
            SeekId(submit, Sender);
        else
            Submit(submit, Sender);
    }

    private void SeekId(JobCommands.Submit submit, IActorRef requester) =>
        Attempt(() => _environment.Store.LoadAsync(submit.JobId!))
            .PipeTo(Self, success: job => new SoughtId(submit, requester, job, null), failure: error => new SoughtId(submit, requester, null, error.Message));

    private void OnSoughtId(SoughtId sought)
    {
        if (sought.Failure is { } failure)
            sought.Requester.Tell(new JobReplies.Rejected("store-unavailable", $"whether this job is known already cannot be read from disk, so nothing was sent: {failure}"));
        else if (sought.Job is not null || _jobs.ContainsKey(sought.Submit.JobId!))
            Forward(sought.Submit.JobId!, new JobSignals.Known(sought.Requester), sought.Requester);
        else
            Submit(sought.Submit, sought.Requester);
    }

    private void Submit(JobCommands.Submit submit, IActorRef requester)
    {
        if (submit.Spec.IdempotencyKey is not { } key)
            Begin(submit, requester);
        else if (_keys.TryGetValue(key, out var known))
            Compare(submit.Spec, requester, known.JobId, known.Document);
        else if (_sought.TryGetValue(key, out var others))
            Queue(others, submit, requester);
        else
            Seek(key, submit, requester);
    }

    /// <summary>While the store is being asked, more of the same key wait.</summary>
    private void Queue(List<(JobCommands.Submit, IActorRef)> others, JobCommands.Submit submit, IActorRef requester)
    {
        if (others.Count < _retention.MaxRunning)
            others.Add((submit, requester));
        else
            requester.Tell(TooMany);
    }

    private void Seek(string key, JobCommands.Submit submit, IActorRef requester)
    {
        _sought.Add(key, [(submit, requester)]);
        Attempt(() => _environment.Store.FindAsync(key))
            .PipeTo(Self, success: job => new Sought(key, job, null), failure: error => new Sought(key, null, error.Message));
    }

    private void OnSought(Sought sought)
    {
        if (!_sought.Remove(sought.Key, out var waiting))
            return;
        if (sought.Job is { } job)
            Remember(sought.Key, job.Header.Id, job.Document);
        foreach (var (submit, requester) in waiting)
        {
            if (sought.Failure is { } failure)
                requester.Tell(new JobReplies.Rejected("store-unavailable", $"whether this job is known already cannot be read from disk, so nothing was sent: {failure}"));
            else if (_keys.TryGetValue(sought.Key, out var known))
                Compare(submit.Spec, requester, known.JobId, known.Document);
            else
                Begin(submit, requester);
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

    private void Begin(JobCommands.Submit submit, IActorRef requester)
    {
        var spec = submit.Spec;
        if (IsFull)
        {
            requester.Tell(TooMany);
            return;
        }
        var id = submit.JobId ?? JobIds.Next(_environment.Time, _environment.Partition);
        if (_jobs.ContainsKey(id))
        {
            Forward(id, new JobSignals.Known(requester), requester);
            return;
        }
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
