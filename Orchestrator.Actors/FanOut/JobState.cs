using System.Collections.Frozen;

namespace Orchestrator.Actors.FanOut;

/// <summary>A job's outcomes so far and their counts. Owned by its <see cref="JobActor"/>.</summary>
internal sealed class JobState(string id, string command, JobSpec spec, int targets, DateTimeOffset createdAt)
{
    private readonly bool[] _ended = new bool[targets];
    private readonly Dictionary<Phase, int> _counts = [];
    private readonly Dictionary<string, int> _reasons = [];

    /// <summary>In the order they came.</summary>
    public List<Outcome> Outcomes { get; } = new(targets);

    public bool IsComplete => Outcomes.Count == targets;

    public bool CancelRequested { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Places in the target list that have no outcome.</summary>
    public IEnumerable<int> Missing => Enumerable.Range(0, targets).Where(ordinal => !_ended[ordinal]);

    /// <summary>Bytes that the results hold.</summary>
    public long Bytes { get; private set; }

    /// <summary>Takes an outcome in; a second one for the same place is ignored.</summary>
    public void Add(int ordinal, Outcome outcome)
    {
        if (_ended[ordinal])
            return;
        _ended[ordinal] = true;
        Outcomes.Add(outcome);
        Bytes += outcome.Result.Length + (outcome.Exec?.Stdout.Length ?? 0) + (outcome.Exec?.Stderr.Length ?? 0);
        _counts[outcome.Phase] = _counts.GetValueOrDefault(outcome.Phase) + 1;
        if (outcome.Reason is { } reason)
            _reasons[reason] = _reasons.GetValueOrDefault(reason) + 1;
    }

    public JobSnapshot Snapshot(TimeSpan elapsed) => new()
    {
        Id = id,
        Command = command,
        Target = spec.Target.Text,
        Phase = Phase,
        Targets = targets,
        Counts = _counts.ToFrozenDictionary(),
        Reasons = _reasons.ToFrozenDictionary(),
        CreatedAt = createdAt,
        EndedAt = EndedAt,
        Elapsed = elapsed,
    };

    private JobPhase Phase
    {
        get
        {
            if (!IsComplete)
                return JobPhase.Running;
            if (_counts.GetValueOrDefault(FanOut.Phase.Succeeded) == targets)
                return JobPhase.Succeeded;
            return CancelRequested && _counts.ContainsKey(FanOut.Phase.Cancelled) ? JobPhase.Cancelled : JobPhase.Partial;
        }
    }
}
