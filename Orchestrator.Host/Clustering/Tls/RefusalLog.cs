namespace Orchestrator.Host.Clustering.Tls;

/// <summary>Tells of peers that were refused, a line a second at most: whoever reaches the port decides how often it happens.</summary>
internal sealed partial class RefusalLog(TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private long? _told;
    private int _untold;

    /// <param name="peer">Where it was, or who.</param>
    /// <param name="reason">Words after "its certificate".</param>
    public void Tell(string peer, string reason)
    {
        int untold;
        lock (_lock)
        {
            if (_told is { } told && time.GetElapsedTime(told) < Pause)
            {
                _untold++;
                return;
            }
            (_told, untold, _untold) = (time.GetTimestamp(), _untold, 0);
        }
        Refused(log, peer, reason, untold);
    }

    [LoggerMessage(1907, LogLevel.Warning, "A connection with {Peer} was refused: its certificate {Reason} ({Untold} more were refused since the last such line)")]
    private static partial void Refused(ILogger log, string peer, string reason, int untold);
}
