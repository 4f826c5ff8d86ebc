namespace Orchestrator.Host.Telemetry;

/// <summary>How often a line of the log is told whose cause comes as often as others like: once a second at most.</summary>
internal sealed class LinePace(TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private long? _told;
    private int _untold;

    /// <summary>Whether it is told now.</summary>
    /// <param name="untold">How many were not, since the last one that was.</param>
    public bool MayTell(out int untold)
    {
        lock (_lock)
        {
            untold = _untold;
            if (_told is { } told && time.GetElapsedTime(told) < Pause)
            {
                _untold++;
                return false;
            }
            (_told, _untold) = (time.GetTimestamp(), 0);
            return true;
        }
    }
}
