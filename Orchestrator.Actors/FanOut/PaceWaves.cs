namespace Orchestrator.Actors.FanOut;

/// <summary>A job's canary waves: each opens when the whole of the one before has its outcomes and the pause is over.</summary>
internal sealed class PaceWaves
{
    private readonly int[] _ends;
    private readonly TimeSpan _pause;
    private int _opened;
    private int _missing;

    /// <param name="pace">Sizes of the first waves, and the pause.</param>
    /// <param name="targets">Number of targets.</param>
    public PaceWaves(JobPace pace, int targets)
    {
        _ends = EndsOf(pace, targets);
        _pause = pace.CanaryWait;
        OpensAt = TimeSpan.Zero;
    }

    /// <summary>When the next wave opens; <see langword="null"/> if outcomes decide that, or there is none.</summary>
    public TimeSpan? OpensAt { get; private set; }

    /// <summary>Whether there are canary waves, and the last wave, all the rest, has not been opened.</summary>
    public bool IsCanary => HasMore && _ends.Length > 1;

    /// <summary>Where the last wave begins in the target list.</summary>
    public int RestFrom => _ends.Length > 1 ? _ends[^2] : 0;

    private bool HasMore => _opened < _ends.Length;

    /// <summary>Where each wave ends in the target list.</summary>
    public static int[] EndsOf(JobPace pace, int targets)
    {
        var (ends, end) = (new List<int>(), 0);
        foreach (var wave in pace.Canary)
        {
            end = Math.Min(targets, end + wave.Of(targets));
            if (end < targets)
                ends.Add(end);
        }
        return [.. ends, targets];
    }

    /// <summary>Opens the next wave if its time has come; one that is done already, as after a restart, is passed over.</summary>
    public bool TryOpen(TimeSpan now, Func<int, bool> isDone, out int from, out int to)
    {
        (from, to) = (0, 0);
        if (OpensAt is not { } due || due > now)
            return false;
        (from, to) = (_opened == 0 ? 0 : _ends[_opened - 1], _ends[_opened]);
        _opened++;
        _missing = 0;
        for (var ordinal = from; ordinal < to; ordinal++)
            _missing += isDone(ordinal) ? 0 : 1;
        OpensAt = _missing == 0 && HasMore ? now : null;
        return true;
    }

    /// <summary>A target has its outcome.</summary>
    public void End(int ordinal, TimeSpan now)
    {
        if (_opened == 0 || ordinal >= _ends[_opened - 1] || --_missing > 0 || !HasMore)
            return;
        OpensAt = now + _pause;
    }
}
