using Orchestrator.Actors.Telemetry;

namespace Orchestrator.Actors.Vms;

/// <summary>What is measured of the VMs' channels and guests.</summary>
internal static class VmMetrics
{
    /// <summary>Places of the channels in <see cref="Connects"/> and <see cref="Losses"/>.</summary>
    public const int Qmp = 0, Agent = 1;

    private static readonly string[] Channels = ["qmp", "agent"];

    /// <summary>Sessions that began: connected, and negotiated or synchronized.</summary>
    public static readonly Tallies Connects = ProductMeter.Counter("orchestrator.sessions.connects", "{session}", "Sessions that began.", "channel", Channels);

    /// <summary>Attempts that failed, and sessions that ended.</summary>
    public static readonly Tallies Losses = ProductMeter.Counter("orchestrator.sessions.failures", "{failure}", "Connection attempts that failed, and sessions that were lost.", "channel", Channels);

    /// <summary>Commands in the agents' queues.</summary>
    public static readonly Tally Waiting = ProductMeter.Level("orchestrator.agents.commands_waiting", "{command}", "Commands that wait for their agents, behind others or for a session.");

    /// <summary>Guests that exceeded a budget, by which.</summary>
    public static readonly Tallies Quarantines = ProductMeter.Counter("orchestrator.quarantines", "{quarantine}", "Guests whose channel was closed because they exceeded a budget.", "kind", Enum.GetNames<GuestQuarantineKind>());
}
