using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.VmHosts;

/// <summary>"Do".</summary>
public static class VmHostCommands
{
    /// <summary>From the sources of VMs (directories, the configuration): these are all that there are. VMs not named leave, new ones come.</summary>
    public sealed record SetVms(IReadOnlyList<VmSpec> Vms) : Akka.Actor.INoSerializationVerificationNeeded;
}
