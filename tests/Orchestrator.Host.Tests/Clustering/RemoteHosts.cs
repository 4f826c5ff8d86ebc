using Akka.Actor;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Tests.Freezing;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms;
using Orchestrator.Host.Clustering;
using Orchestrator.Protocol.Transport;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Host.Tests.Clustering;

/// <summary>The remote VmHosts that a node of a test may have, and the leases that all nodes share.</summary>
internal sealed class RemoteHosts
{
    private readonly Dictionary<string, IReadOnlyList<VmSpec>> _hosts = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Duties => [.. _hosts.Keys.Select(ClusterDuties.OfVmHost)];

    public ILeaseStore Leases { get; init; } = new MemoryLeases();

    /// <summary>A VmHost with a VM for each monitor.</summary>
    public RemoteHosts With(string name, params IReadOnlyList<(string Vm, OwnedMonitor Monitor)> vms)
    {
        _hosts.Add(name, [.. vms.Select(vm => new VmSpec { Name = vm.Vm, Qmp = new Endpoint.Tcp("127.0.0.1", vm.Monitor.Port) })]);
        return this;
    }

    public RemoteVmHostSettings SettingsOf(DutyClaim claim, IActorRef nodes, IActorRef observed)
    {
        var name = claim.Duty["vmhost-".Length..];
        return new RemoteVmHostSettings(name, claim.Epoch, _hosts[name])
        {
            Vm = new VmSettings(),
            Leases = Leases,
            Router = new ClusterRouterSettings(claim.Owner, (int)claim.Epoch, TimeProvider.System),
            Events = ActorRefs.Nobody,
            Observation = observed,
            Nodes = nodes,
        };
    }
}
