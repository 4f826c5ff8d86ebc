using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Freezing;

/// <summary>A group of VMs to be frozen together.</summary>
public sealed record FreezeSpec
{
    /// <summary>Shortest and longest time of a lease.</summary>
    public static readonly TimeSpan ShortestTtl = TimeSpan.FromSeconds(1), LongestTtl = TimeSpan.FromHours(1);

    /// <summary>Time of a lease unless told otherwise.</summary>
    public static readonly TimeSpan DefaultTtl = TimeSpan.FromSeconds(60);

    /// <summary>Which VMs.</summary>
    public required TargetSelector Target { get; init; }

    /// <summary>Who may extend the leases.</summary>
    public required string Owner { get; init; }

    /// <summary>Time of the leases.</summary>
    public TimeSpan Ttl { get; init; } = DefaultTtl;

    /// <summary>What is demanded of every VM.</summary>
    public FreezeRequirement Require { get; init; }

    /// <summary><c>guest-fsfreeze-freeze</c>, or <c>-freeze-list</c> with mount points.</summary>
    public EncodedCommand Freeze { get; init; } = EncodedCommand.ForGuest("guest-fsfreeze-freeze");
}
