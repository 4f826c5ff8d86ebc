namespace Orchestrator.Host.Emulation;

/// <summary>How many events of a steady stream are due.</summary>
/// <param name="perSecond">Above 0.</param>
internal sealed class EventPulse(double perSecond)
{
    private long _taken;

    /// <summary>Events that have come due since it was last asked; at most those of a second, so that a process that was stopped does not flood.</summary>
    /// <param name="elapsed">Since the beginning; never less than before.</param>
    public int Take(TimeSpan elapsed)
    {
        var due = (long)(elapsed.TotalSeconds * perSecond);
        var taken = (int)Math.Min(due - _taken, Math.Max(1, (long)perSecond));
        _taken = due;
        return taken;
    }
}
