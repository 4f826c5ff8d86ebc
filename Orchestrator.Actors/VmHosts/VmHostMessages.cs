using Orchestrator.Actors.Vms;
using Orchestrator.Actors.Vms.Observation;

namespace Orchestrator.Actors.VmHosts;

/// <summary>"Do".</summary>
public static class VmHostCommands
{
    /// <summary>From the sources of VMs (directories, the configuration): these are all that there are. VMs not named leave, new ones come.</summary>
    public sealed record SetVms(IReadOnlyList<VmSpec> Vms) : Akka.Actor.INoSerializationVerificationNeeded;

    /// <summary>From the <see cref="ObservationDesk"/>, through the <see cref="ObservationShare"/> in a cluster: this is all that anybody needs to know of guests. Every VM is told, and those that come later.</summary>
    public sealed record SetObservation(IReadOnlyList<ObservationNeed> Needs) : Akka.Actor.INoSerializationVerificationNeeded;
}
