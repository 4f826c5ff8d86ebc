using Orchestrator.Protocol.Agent;

namespace Orchestrator.Actors.Vms.Agent;

/// <summary>
/// Counts what one guest does against <see cref="GuestLimits"/>, over all its connections. The only place where that is counted. Called by read
/// loops and by the actor of the channel; honest answers cost one addition.
/// </summary>
internal sealed class GuestBudget
{
    private const int MaxFirstEvidence = 4;

    private readonly GuestLimits _limits;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private List<GuestEvidence>? _evidence;
    private long _windowStart;
    private long _tokens;
    private long _bytes;
    private int _staleMessages;
    private int _violations;
    private int _portChanges;

    public GuestBudget(GuestLimits limits, TimeProvider time)
    {
        _limits = limits;
        _time = time;
        _windowStart = time.GetTimestamp();
    }

    /// <summary>Set from when a budget was exceeded until <see cref="Reset"/>.</summary>
    public GuestQuarantine? Quarantine { get; private set; }

    /// <returns>Whether this exceeded a budget: <see langword="true"/> once until <see cref="Reset"/>, as for the other counts.</returns>
    public bool Count(Misconduct misconduct)
    {
        lock (_gate)
        {
            Roll();
            _bytes += misconduct.UnaskedBytes;
            _staleMessages += misconduct.Kind == MisconductKind.StaleMessage ? 1 : 0;
            _violations += misconduct.Kind == MisconductKind.Violation ? 1 : 0;
            if (misconduct.Kind == MisconductKind.Violation && (_evidence?.Count ?? 0) < MaxFirstEvidence)
                Keep(misconduct);
            if (!Exceeds())
                return false;
            if (misconduct.Kind != MisconductKind.Violation || _evidence!.Count == MaxFirstEvidence)
                Keep(misconduct);
            return Enter();
        }
    }

    /// <summary>Counts the tokens of an answer.</summary>
    public bool CountTokens(int tokens)
    {
        if (Interlocked.Add(ref _tokens, tokens) <= _limits.MaxTokens)
            return false;
        lock (_gate)
        {
            if (Roll())
                _tokens = tokens;
            return Exceeds() && Enter();
        }
    }

    /// <summary>Counts an opening or closing of the agent's port.</summary>
    public bool CountPortChange()
    {
        lock (_gate)
        {
            Roll();
            _portChanges++;
            return Exceeds() && Enter();
        }
    }

    /// <summary>Ends the quarantine: everything is counted anew.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            Quarantine = null;
            StartWindow();
        }
    }

    private bool Roll()
    {
        if (Quarantine is not null || _time.GetElapsedTime(_windowStart) < _limits.Window)
            return false;
        StartWindow();
        return true;
    }

    private void StartWindow()
    {
        _windowStart = _time.GetTimestamp();
        _evidence = null;
        (_tokens, _bytes, _staleMessages, _violations, _portChanges) = (0, 0, 0, 0, 0);
    }

    private bool Exceeds() => Quarantine is null && Excess() is not null;

    private bool Enter()
    {
        var (kind, what) = Excess()!.Value;
        Quarantine = new GuestQuarantine(_time.GetUtcNow(), kind, $"{what} within {_limits.Window.TotalSeconds:0} s", _evidence ?? []);
        return true;
    }

    private (GuestQuarantineKind Kind, string What)? Excess()
    {
        if (_bytes > _limits.MaxUnaskedBytes)
            return (GuestQuarantineKind.UnaskedBytes, $"more than {_limits.MaxUnaskedBytes} bytes that nobody asked for");
        if (_staleMessages > _limits.MaxStaleMessages)
            return (GuestQuarantineKind.StaleMessages, $"more than {_limits.MaxStaleMessages} messages that answer nothing");
        if (_violations > _limits.MaxViolations)
            return (GuestQuarantineKind.Violations, $"more than {_limits.MaxViolations} answers that break the protocol");
        if (_portChanges > _limits.MaxPortChanges)
            return (GuestQuarantineKind.PortChanges, $"more than {_limits.MaxPortChanges} openings and closings of the agent's port");
        return Interlocked.Read(ref _tokens) > _limits.MaxTokens ? (GuestQuarantineKind.Tokens, $"more than {_limits.MaxTokens} JSON tokens in answers") : null;
    }

    private void Keep(Misconduct misconduct)
    {
        var violation = misconduct.Violation;
        _evidence ??= [];
        _evidence.Add(new GuestEvidence(_time.GetUtcNow(), violation.Kind.ToString(), misconduct.Command, violation.Path, violation.Detail, violation.Offset, violation.Excerpt));
    }
}
