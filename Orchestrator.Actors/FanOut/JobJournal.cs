using Akka.Actor;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Actors.FanOut;

/// <summary>
/// What a job writes to the store, in order, one call at a time: what comes together meanwhile goes in the next one. Owned by a
/// <see cref="JobActor"/>, which is told by <see cref="JobSignals.Written"/> or <see cref="JobSignals.NotWritten"/>.
/// </summary>
internal sealed class JobJournal(IJobStore store, IActorRef job)
{
    private List<JobEntry> _waiting = [];
    private bool _isWriting;
    private bool _isUrgent;

    /// <summary>Whether something waits to be written.</summary>
    public bool HasWaiting => _waiting.Count > 0;

    /// <summary>Whether something of what waits was to be written as soon as may be.</summary>
    public bool IsUrgent => _isUrgent && HasWaiting;

    /// <summary>Whether all is on disk.</summary>
    public bool IsIdle => !_isWriting && _waiting.Count == 0;

    /// <summary>Takes an entry in and writes it as soon as may be.</summary>
    /// <param name="then">What the job does when it is durable; <see langword="null"/> for nothing.</param>
    /// <param name="writes">All or none of them.</param>
    public void Write(object? then, params IReadOnlyList<JobWrite> writes)
    {
        Hold(then, writes);
        _isUrgent = true;
        Flush();
    }

    /// <summary>Takes an entry in that can wait for the next <see cref="Flush"/>.</summary>
    public void Hold(object? then, params IReadOnlyList<JobWrite> writes) => _waiting.Add(new JobEntry(writes, then));

    /// <summary>Writes what waits.</summary>
    public void Flush()
    {
        if (_isWriting || _waiting.Count == 0)
            return;
        var (entries, self) = (_waiting, job);
        _waiting = [];
        (_isWriting, _isUrgent) = (true, false);
        Start(entries).PipeTo(self, success: () => new JobSignals.Written(entries), failure: error => new JobSignals.NotWritten(entries, error.Message) { IsDutyLost = error is DutyLostException });
    }

    /// <summary>The store has answered.</summary>
    public void Answered() => _isWriting = false;

    /// <summary>Puts entries back that the store did not take, before all that came since.</summary>
    public void Return(IEnumerable<JobEntry> entries) => _waiting.InsertRange(0, entries);

    private Task Start(List<JobEntry> entries)
    {
        JobWrite[] writes = [.. entries.SelectMany(entry => entry.Writes)];
        // Steps that only wait for what is before them.
        if (writes.Length == 0)
            return Task.CompletedTask;
        try
        {
            return store.WriteAsync(writes);
        }
        catch (JobStoreException refused)
        {
            return Task.FromException(refused);
        }
    }
}

/// <summary>Writes that belong together, and what is done when they are durable.</summary>
/// <param name="Writes">All or none.</param>
/// <param name="Then">One of <see cref="JobSteps"/>, or <see langword="null"/>.</param>
internal sealed record JobEntry(IReadOnlyList<JobWrite> Writes, object? Then);

/// <summary>What a <see cref="JobActor"/> does when what it depends on is durable.</summary>
internal static class JobSteps
{
    /// <summary>The job is accepted, and these begin.</summary>
    internal sealed record Accept(IReadOnlyList<int> Begin)
    {
        /// <summary>Routers that get something of the job for the first time.</summary>
        public IReadOnlyList<(string Node, int Incarnation)> Reached { get; init; } = [];
    }

    /// <summary>These begin.</summary>
    internal sealed record Begin(IReadOnlyList<int> Ordinals)
    {
        /// <summary>Routers that get something of the job for the first time.</summary>
        public IReadOnlyList<(string Node, int Incarnation)> Reached { get; init; } = [];
    }

    /// <summary>These routers get all that goes to their nodes from now on.</summary>
    internal sealed record Reach(IReadOnlyList<(string Node, int Incarnation)> Reached);

    /// <summary>A router need not keep these outcomes any more.</summary>
    internal sealed record Acknowledge(IActorRef Router, long Batch);

    /// <summary>These outcomes may be seen.</summary>
    internal sealed record Show(IReadOnlyList<(int Ordinal, Outcome Outcome)> Outcomes);

    /// <summary>The requester hears how the job stands.</summary>
    internal sealed record Answer(IActorRef Requester);
}
