using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Qmp;

/// <summary>Limits and deadlines of a QMP session.</summary>
public sealed record QmpSessionOptions
{
    /// <summary>From connection to greeting; 3 s by default. A monitor that another client holds accepts connections and stays silent.</summary>
    public TimeSpan GreetingTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>From greeting to the end of the capabilities negotiation; 5 s by default.</summary>
    public TimeSpan NegotiationTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Largest message accepted; 16 MiB by default.</summary>
    public long MaxFrameBytes { get; init; } = ReplyLimits.Qmp;

    /// <summary>Deepest nesting accepted; 256 by default. Backing chains nest deeply, QEMU's own limit is 1024.</summary>
    public int MaxDepth { get; init; } = 256;

    /// <summary>In-band commands outstanding at a time, so that out-of-band ones can overtake: 8, as the QMP specification (section 2.3.1) says.</summary>
    public int MaxInBand { get; init; } = 8;

    /// <summary>In-band commands that may wait for their turn; 256 by default.</summary>
    public int MaxQueued { get; init; } = 256;
}
