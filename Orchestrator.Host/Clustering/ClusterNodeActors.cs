using Akka.Actor;
using Akka.Cluster;
using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.Actors.Clustering.Inventories;
using Orchestrator.Actors.Clustering.Logs;
using Orchestrator.Actors.Clustering.Nodes;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Actors.Freezing.Routing;
using Orchestrator.Host.Api;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Clustering;

/// <summary>Composes the actors that only a node of a cluster has.</summary>
internal static class ClusterNodeActors
{
    /// <summary>Begins them.</summary>
    /// <param name="system">A member of a cluster, or about to be.</param>
    /// <param name="cluster">What makes the node one of a cluster.</param>
    /// <param name="parts">What the node's actors are made of.</param>
    /// <param name="fleet">Makes those of duties.</param>
    /// <param name="inventory">The picture of all VMs.</param>
    /// <param name="share">The node's <see cref="Actors.Vms.Observation.ObservationShare"/>.</param>
    public static void Begin(ActorSystem system, ClusterParts cluster, NodeParts parts, FleetParts fleet, IActorRef inventory, IActorRef share)
    {
        var (akka, time) = (Cluster.Get(system), parts.Settings.Time);
        var self = new NodeInfo(parts.Host, akka.SelfUniqueAddress.Uid, akka.SelfAddress.ToString(), cluster.PeerUrl, SystemEndpoints.Version, time.GetUtcNow(), cluster.Options.Roles);
        var control = new NewestEpoch();
        var nodes = system.ActorOf(ClusterNodes.PropsFor(akka, self, time), ClusterNodes.ActorName);
        system.ActorOf(FleetFollower.PropsFor(nodes, inventory, time), "fleet");
        system.ActorOf(FleetLogs.PropsFor(nodes, parts.Local.Logs, share), "fleet-logs");
        system.ActorOf(ClusterRouter.PropsFor(new ClusterRouterSettings(parts.Host, self.Incarnation, time) { Guest = parts.Guest, ControlEpoch = control, KeepAsync = parts.Store.Outputs.KeepAsync }), ClusterRouter.ActorName);
        system.ActorOf(LeaseRouter.PropsFor(new LeaseRouterSettings(parts.Host, self.Incarnation, time) { Guest = parts.Guest, ControlEpoch = control }), LeaseRouter.ActorName);
        var duties = new DutyEnvironment(parts.Host, cluster.Store.Duties, time)
        {
            Duties = ClusterDuties.All,
            PartOf = duty => duty == ClusterDuties.Control ? new ControlPart(cluster, parts.Local, fleet, nodes) : new JobsPart(cluster, parts.Local, fleet, nodes),
        };
        // A node that has no duty of jobs transfers its VMs' files all the same.
        var router = system.ActorOf(FanOutRouter.PropsFor(), "fan-out");
        parts.Local.Add(LocalParts.OwnJobs, fleet.BeginJobs(system, LocalParts.OwnJobs, new FanOutRouters.Local(router), ForgetfulJobStore.Instance));
        parts.Local.Add(LocalParts.OwnFreezes, fleet.BeginFreezes(system));
        cluster.Actors.Nodes = nodes;
        cluster.Actors.Duties = DutySharding.Start(system, duties, cluster.Options.Roles.Contains(DutySharding.Role), nodes);
    }
}
