using Akka.Actor;
using Akka.Cluster;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.Actors.Clustering.Inventories;
using Orchestrator.Actors.Clustering.Logs;
using Orchestrator.Actors.Clustering.Nodes;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Actors.Freezing.Routing;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Host.Api;
using Orchestrator.Host.Serving;
using Orchestrator.Host.Storage.Postgres;

namespace Orchestrator.Host.Clustering;

/// <summary>Composes the actors that only a node of a cluster has.</summary>
internal static class ClusterNodeActors
{
    /// <summary>Begins them.</summary>
    /// <param name="system">A member of a cluster, or about to be.</param>
    /// <param name="cluster">What makes the node one of a cluster.</param>
    /// <param name="parts">What the node's actors are made of.</param>
    /// <param name="fleet">Makes those of duties.</param>
    /// <param name="shared">Actors of the node.</param>
    public static void Begin(ActorSystem system, ClusterParts cluster, NodeParts parts, FleetParts fleet, Shared shared)
    {
        var (akka, time) = (Cluster.Get(system), parts.Settings.Time);
        var self = new NodeInfo(parts.Host, akka.SelfUniqueAddress.Uid, akka.SelfAddress.ToString(), cluster.PeerUrl, SystemEndpoints.Version, time.GetUtcNow(), cluster.Options.Roles);
        var control = new NewestEpoch();
        var nodes = system.ActorOf(ClusterNodes.PropsFor(akka, self, time), ClusterNodes.ActorName);
        var picture = new FleetPicture(time);
        system.ActorOf(FleetFollower.PropsFor(nodes, shared.Inventory, picture, time), "fleet");
        system.ActorOf(FleetLogs.PropsFor(nodes, parts.Local.Logs, shared.Share), "fleet-logs");
        system.ActorOf(ClusterRouter.PropsFor(RouterOf(parts, self.Incarnation, control)).WithDispatcher(parts.Settings.Dispatcher), ClusterRouter.ActorName);
        system.ActorOf(LeaseRouter.PropsFor(new LeaseRouterSettings(parts.Host, self.Incarnation, time) { Guest = parts.Guest, ControlEpoch = control }), LeaseRouter.ActorName);
        var duties = new DutyEnvironment(parts.Host, cluster.Store.Duties, time)
        {
            KnowsFleet = () => picture.IsWhole(akka),
            Duties = [.. ClusterDuties.All, .. parts.RemoteHosts.Keys.Select(ClusterDuties.OfVmHost)],
            PartOf = duty => duty switch
            {
                ClusterDuties.Control => new ControlPart(cluster, parts.Local, fleet, nodes),
                _ when duty.StartsWith(DutySharding.VmHostPrefix, StringComparison.Ordinal) => new VmHostPart(claim => RemoteOf(cluster, parts, shared, nodes, control, claim)),
                _ => new JobsPart(cluster, parts.Local, fleet, nodes),
            },
        };
        // A node that has no duty of jobs transfers its VMs' files all the same.
        var router = system.ActorOf(FanOutRouter.PropsFor().WithDispatcher(parts.Settings.Dispatcher), "fan-out");
        parts.Local.Add(LocalParts.OwnJobs, fleet.BeginJobs(system, LocalParts.OwnJobs, new FanOutRouters.Local(router), ForgetfulJobStore.Instance));
        parts.Local.Add(LocalParts.OwnFreezes, fleet.BeginFreezes(system));
        cluster.Actors.DutyNames = duties.Duties;
        cluster.Actors.Nodes = nodes;
        cluster.Actors.Duties = DutySharding.Start(system, duties, cluster.Options.Roles.Contains(DutySharding.Role), nodes);
    }

    /// <exception cref="ServeException">The configuration of this node does not list it.</exception>
    private static RemoteVmHostSettings RemoteOf(ClusterParts cluster, NodeParts parts, Shared shared, IActorRef nodes, NewestEpoch control, DutyClaim claim)
    {
        var name = DutyScopes.VmHostOf(claim.Duty);
        if (!parts.RemoteHosts.TryGetValue(name, out var vms))
            throw new ServeException($"the configuration of this node does not list the remote VmHost '{name}'");
        return new RemoteVmHostSettings(name, claim.Epoch, vms)
        {
            Vm = parts.Settings,
            Leases = cluster.Store.LeasesOf(claim),
            Router = RouterOf(parts, (int)claim.Epoch, control),
            Events = shared.Events,
            Observation = shared.Observed,
            Nodes = nodes,
        };
    }

    private static ClusterRouterSettings RouterOf(NodeParts parts, int incarnation, NewestEpoch control) => new(parts.Host, incarnation, parts.Settings.Time) { Guest = parts.Guest, ControlEpoch = control, KeepAsync = parts.Store.Outputs.KeepAsync };

    /// <summary>Actors of the node that those of the cluster work with.</summary>
    /// <param name="Inventory">The picture of all VMs.</param>
    /// <param name="Share">The <see cref="Actors.Vms.Observation.ObservationShare"/>.</param>
    /// <param name="Events">The event log.</param>
    /// <param name="Observed">The <see cref="Actors.Vms.Observation.ObservedVmHosts"/>.</param>
    internal sealed record Shared(IActorRef Inventory, IActorRef Share, IActorRef Events, IActorRef Observed);
}
