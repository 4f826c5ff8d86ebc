using Orchestrator.Host.Telemetry;

namespace Orchestrator.Host.Clustering.Tls;

/// <summary>Tells of peers that were refused, a line a second at most: whoever reaches the port decides how often it happens.</summary>
internal sealed partial class RefusalLog(TimeProvider time, ILogger log)
{
    private readonly LinePace _pace = new(time);

    /// <param name="peer">Where it was, or who.</param>
    /// <param name="reason">Words after "its certificate".</param>
    public void Tell(string peer, string reason)
    {
        if (_pace.MayTell(out var untold))
            Refused(log, peer, reason, untold);
    }

    [LoggerMessage(1907, LogLevel.Warning, "A connection with {Peer} was refused: its certificate {Reason} ({Untold} more were refused since the last such line)")]
    private static partial void Refused(ILogger log, string peer, string reason, int untold);
}
