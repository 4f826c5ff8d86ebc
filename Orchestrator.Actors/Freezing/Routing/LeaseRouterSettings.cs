using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Actors.Freezing.Routing;

/// <summary>What a <see cref="LeaseRouter"/> is made of.</summary>
/// <param name="Node">Name of its node, and of the node's VmHost.</param>
/// <param name="Incarnation">Number of the node's process, as <c>NodeInfo</c> has it: what is addressed to another one is dropped.</param>
/// <param name="Time">Clock.</param>
public sealed record LeaseRouterSettings(string Node, int Incarnation, TimeProvider Time)
{
    /// <summary>Encodes the freezes that come from other nodes.</summary>
    public GuestNamespace Guest { get; init; } = GuestNamespace.BuiltIn;

    /// <summary>The newest epoch of the duty <c>control</c>: shared with the router of jobs, which hears of a new owner as soon as there is one.</summary>
    public NewestEpoch ControlEpoch { get; init; } = new();

    /// <summary>Whether a file is there already, which a snapshot would overwrite.</summary>
    public Predicate<string> FileExists { get; init; } = File.Exists;

    /// <summary>How long VMs may take to be there after the node's start; 30 s.</summary>
    public TimeSpan LocateTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a group is remembered whose leases have all ended and of which nothing is heard; 10 min.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(10);
}
