namespace Orchestrator.Host.Serving;

/// <summary>When memory is given back: after much work, at rest, and seldom, because everything stands still for it (0.1 to 0.3 s with ten thousand VMs). Asked every <see cref="MemoryTrim.LookPause"/>.</summary>
internal sealed class MemoryTrimRules
{
    /// <summary>Less than this since the last look is rest.</summary>
    public const long RestBytes = 4 << 20;

    /// <summary>Less than this since the last time is not worth it.</summary>
    public const long WorkBytes = 64 << 20;

    /// <summary>Looks from one time to the next, at least: five minutes.</summary>
    public const int Looks = 30;

    private long _before;
    private long _trimmedAt;
    private int _looks = Looks;

    /// <param name="allocated">By the process so far, bytes; what it has freed, too.</param>
    public bool IsDue(long allocated)
    {
        var isAtRest = allocated - _before < RestBytes;
        _before = allocated;
        if (++_looks <= Looks || !isAtRest || allocated - _trimmedAt < WorkBytes)
            return false;
        (_trimmedAt, _looks) = (allocated, 0);
        return true;
    }
}
