using Akka.Actor;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Vms;
using Orchestrator.Actors.Vms.Observation;

namespace Orchestrator.Actors.VmHosts;

/// <summary>What a <see cref="RemoteVmHost"/> is made of.</summary>
/// <param name="Name">Of the VmHost.</param>
/// <param name="Epoch">Of the claim.</param>
/// <param name="Vms">Its VMs, all of them.</param>
public sealed record RemoteVmHostSettings(string Name, long Epoch, IReadOnlyList<VmSpec> Vms)
{
    /// <summary>Deadlines, pauses and limits; its connections are fenced by the claim.</summary>
    public required VmSettings Vm { get; init; }

    /// <summary>The leases of its frozen VMs, fenced by the claim.</summary>
    public required ILeaseStore Leases { get; init; }

    /// <summary>Of its router: the node whose disk keeps outputs, and the epoch in the place of the process's number.</summary>
    public required ClusterRouterSettings Router { get; init; }

    /// <summary>Takes its events: the event log of the node that has it.</summary>
    public required IActorRef Events { get; init; }

    /// <summary>The node's <see cref="ObservedVmHosts"/>.</summary>
    public required IActorRef Observation { get; init; }

    /// <summary>The node's <c>ClusterNodes</c>: tells the others where it is.</summary>
    public required IActorRef Nodes { get; init; }
}
