using System.Collections.Frozen;

namespace Orchestrator.Actors.FanOut;

/// <summary>Where each target of a job stands, its outcomes so far and their counts. A few bytes per target. Owned by its <see cref="JobActor"/>.</summary>
internal sealed class JobState
{
    /// <summary>What an outcome takes in memory beside its results, by reckoning: itself, its target and their places in lists.</summary>
    public const int OutcomeBytes = 256;

    private const int None = -1;
    private readonly JobSnapshot _header;
    private readonly int[] _current;
    private readonly byte[] _attempts;
    private readonly Stage[] _stages;
    private readonly Dictionary<int, string> _why = [];
    private readonly Dictionary<Phase, int> _counts = [];
    private readonly Dictionary<string, int> _reasons = [];
    private int _concluded;
    private int _ended;

    /// <param name="header">What does not change; counts and phase of it are not used.</param>
    /// <param name="targets">Number of targets.</param>
    public JobState(JobSnapshot header, int targets)
    {
        (_header, _current, _attempts, _stages) = (header, new int[targets], new byte[targets], new Stage[targets]);
        Array.Fill(_current, None);
        Message = header.Message;
        CancelRequested = header.CancelRequested;
        Routers = header.Routers;
    }

    /// <summary>The first values are those of <see cref="PendingPhase"/>.</summary>
    private enum Stage : byte
    {
        Queued = PendingPhase.Queued,
        Dispatched = PendingPhase.Dispatched,
        Concluded = 100,
        Ended,
    }

    /// <summary>In the order they came; one that was amended is there twice.</summary>
    public List<Outcome> Outcomes { get; } = [];

    public bool IsComplete => _ended == _current.Length;

    /// <summary>Whether every target's outcome is known, whether it may be seen or not.</summary>
    public bool IsConcluded => _concluded == _current.Length;

    public bool CancelRequested { get; set; }

    public bool IsPaused { get; set; }

    public JobStop Stop { get; set; }

    public string? Message { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>As <see cref="JobSnapshot.Routers"/>.</summary>
    public IReadOnlyDictionary<string, int>? Routers { get; set; }

    public int Targets => _current.Length;

    /// <summary>Bytes that the outcomes take, by reckoning: their results, and <see cref="OutcomeBytes"/> for each.</summary>
    public long Bytes { get; private set; }

    /// <summary>The outcome of a target; <see langword="null"/> if it has none yet.</summary>
    public Outcome? OutcomeOf(int ordinal) => _current[ordinal] is var at && at == None ? null : Outcomes[at];

    /// <summary>Where a target stands that has no outcome, and why; not <see langword="null"/> as long as it has none.</summary>
    public InvocationProgress? PendingOf(int ordinal) => _stages[ordinal] switch
    {
        Stage.Ended => null,
        Stage.Concluded => new InvocationProgress(PendingPhase.Dispatched),
        var stage => new InvocationProgress((PendingPhase)stage, _why.GetValueOrDefault(ordinal)),
    };

    /// <summary>Attempts that were begun.</summary>
    public int AttemptOf(int ordinal) => _attempts[ordinal];

    /// <summary>Whether an outcome is awaited from the target's VM.</summary>
    public bool IsUnderWay(int ordinal) => _stages[ordinal] is not (Stage.Queued or Stage.Concluded or Stage.Ended);

    /// <summary>After a restart: attempts of before.</summary>
    public void Restore(int ordinal, byte attempts) => _attempts[ordinal] = attempts;

    /// <summary>The target is given to its VM; a new attempt, unless it only is asked for evidence.</summary>
    public void Begin(int ordinal, bool isNew = true)
    {
        _stages[ordinal] = Stage.Dispatched;
        _why.Remove(ordinal);
        if (isNew)
            _attempts[ordinal]++;
    }

    /// <summary>A step on its way.</summary>
    public void Progress(int ordinal, PendingPhase phase, string? reason)
    {
        if (!IsUnderWay(ordinal))
            return;
        _stages[ordinal] = (Stage)phase;
        if (reason is null)
            _why.Remove(ordinal);
        else
            _why[ordinal] = reason;
    }

    /// <summary>Its outcome is known, and not to be seen yet.</summary>
    public void Conclude(int ordinal)
    {
        if (_stages[ordinal] is Stage.Concluded or Stage.Ended)
            return;
        _stages[ordinal] = Stage.Concluded;
        _concluded++;
    }

    /// <summary>It waits for its next attempt.</summary>
    public void Requeue(int ordinal, string? reason)
    {
        _stages[ordinal] = Stage.Queued;
        if (reason is not null)
            _why[ordinal] = reason;
    }

    /// <summary>Takes an outcome in; a second one for the same place is ignored.</summary>
    public void Add(int ordinal, Outcome outcome)
    {
        if (_current[ordinal] != None)
            return;
        Conclude(ordinal);
        _ended++;
        Put(ordinal, outcome);
    }

    /// <summary>Whether late evidence may replace the target's outcome: it is unknown, and was not amended before.</summary>
    public bool IsAmendable(int ordinal) => OutcomeOf(ordinal) is { Phase: Phase.Unknown, AmendedAt: null };

    /// <summary>Replaces an unknown outcome, once.</summary>
    public void Amend(int ordinal, Outcome outcome)
    {
        if (!IsAmendable(ordinal))
            return;
        Count(OutcomeOf(ordinal)!, -1);
        Put(ordinal, outcome);
    }

    public JobSnapshot Snapshot(TimeSpan elapsed) => _header with
    {
        Phase = JobPhases.Of(_counts, Targets, AlreadyDone, Stop, IsPaused),
        Targets = Targets,
        Counts = _counts.ToFrozenDictionary(),
        Reasons = _reasons.ToFrozenDictionary(),
        EndedAt = EndedAt,
        Elapsed = elapsed,
        CancelRequested = CancelRequested,
        Message = Message,
        Routers = Routers,
    };

    private int AlreadyDone => _counts.ContainsKey(Phase.Skipped) ? _reasons.GetValueOrDefault(Reasons.AlreadyInDesiredState) : 0;

    private void Put(int ordinal, Outcome outcome)
    {
        _stages[ordinal] = Stage.Ended;
        _why.Remove(ordinal);
        _current[ordinal] = Outcomes.Count;
        Outcomes.Add(outcome);
        Bytes += OutcomeBytes + outcome.Result.Length + (outcome.Exec?.Stdout.Length ?? 0) + (outcome.Exec?.Stderr.Length ?? 0);
        Count(outcome, 1);
    }

    private void Count(Outcome outcome, int by)
    {
        if ((_counts[outcome.Phase] = _counts.GetValueOrDefault(outcome.Phase) + by) == 0)
            _counts.Remove(outcome.Phase);
        if (outcome.Reason is { } reason && (_reasons[reason] = _reasons.GetValueOrDefault(reason) + by) == 0)
            _reasons.Remove(reason);
    }
}
