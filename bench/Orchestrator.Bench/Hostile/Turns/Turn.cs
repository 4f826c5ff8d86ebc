using Orchestrator.Bench.Hostile.Peers;
using Orchestrator.Bench.Processes;

namespace Orchestrator.Bench.Hostile.Turns;

/// <summary>What one turn measured.</summary>
public sealed record Turn
{
    /// <summary>One of <see cref="HostileOptions.AllModes"/>.</summary>
    public required string Mode { get; init; }

    /// <summary>What surrounded the honest VMs.</summary>
    public required TurnKind Kind { get; init; }

    /// <summary>Of the measured rounds.</summary>
    public required Latencies Latencies { get; init; }

    /// <summary>From the hostile program's start to its end, warm-up included.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>What the hostile program did in that time; in <see cref="TurnKind.Alone"/> nothing.</summary>
    public required Flood Flood { get; init; }

    /// <summary>How often the server quarantined the guest and was told to release it.</summary>
    public required int Quarantines { get; init; }

    /// <summary>The server before the measured rounds.</summary>
    public required ProcessUsage Before { get; init; }

    /// <summary>The server after them; its peak is that of these rounds.</summary>
    public required ProcessUsage After { get; init; }

    /// <summary>Wall time of the measured rounds.</summary>
    public required TimeSpan Measured { get; init; }
}
