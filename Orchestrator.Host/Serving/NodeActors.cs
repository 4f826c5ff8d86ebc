using Akka.Actor;
using Akka.Hosting;
using Orchestrator.Actors.Clustering.Logs;
using Orchestrator.Actors.Endpoints;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Migration;
using Orchestrator.Actors.Telemetry;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.VmHosts.Lending;
using Orchestrator.Actors.Vms.Observation;
using Orchestrator.Host.Clustering;

namespace Orchestrator.Host.Serving;

/// <summary>Composes the actors of one node: the only place that knows all of them.</summary>
internal static class NodeActors
{
    /// <summary>Adds them; each is registered under its own type.</summary>
    /// <param name="akka">The node's actor system.</param>
    /// <param name="parts">What they are made of.</param>
    public static AkkaConfigurationBuilder AddNodeActors(this AkkaConfigurationBuilder akka, NodeParts parts) => akka.WithActors((system, registry) =>
    {
        StartScheduler(system);
        var (host, store) = (parts.Host, parts.Store);
        ActorLog.WriteTo(system, parts.Loggers);
        system.ActorOf(TelemetryActor.PropsFor(), "telemetry");
        system.RegisterOnTermination(FreezeMetrics.Follow(store.Leases, parts.Settings.Time).Dispose);
        // In a cluster, the picture of all VMs is another than that of the node's own.
        var own = system.ActorOf(Inventory.PropsFor(awaitsVms: parts.Cluster is not null), parts.Cluster is null ? Inventory.FleetName : Inventory.OwnName);
        var migrations = system.ActorOf(MigrationSupervisor.PropsFor(MigrationOf(parts, own)), "migrations");
        registry.Register<MigrationSupervisor>(migrations);
        var settings = parts.Settings with { Migrations = migrations };
        parts = parts with { Settings = settings };
        var inventory = parts.Cluster is null ? own : system.ActorOf(Inventory.PropsFor(), Inventory.FleetName);
        var events = system.ActorOf(EventLog.PropsFor(store.Events, parts.EventLog), FleetLogs.LogName);
        parts.Local.Logs.Put(host, events, isRemote: false);
        var neighbours = parts.Cluster is { } around ? new Neighbours(host, around.PeerUrl, inventory) : null;
        var vmHost = system.ActorOf(VmHostSupervisor.PropsFor(host, own, events, settings, store.Leases, neighbours), "vm-host");
        var observed = system.ActorOf(ObservedVmHosts.PropsFor(vmHost), "observed-vm-hosts");
        // In a cluster, guests here are looked at for readers of other nodes, too.
        var share = parts.Cluster is null ? observed : system.ActorOf(ObservationShare.PropsFor(host, observed, settings.Time), ObservationShare.ActorName);
        var observation = system.ActorOf(ObservationDesk.PropsFor(share, settings.Time), "observation");
        registry.Register<ObservationDesk>(observation);
        registry.Register<Inventory>(inventory);
        registry.Register<EventLog>(events);
        registry.Register<VmHostSupervisor>(vmHost);
        registry.Register<QmpEndpointSupervisor>(system.ActorOf(QmpEndpointSupervisor.PropsFor(parts.Guest, parts.Endpoint), "qmp-endpoint"));
        parts.Local.Add(LocalParts.OwnVms, own);
        var fleet = new FleetParts(parts, inventory, observation);
        if (parts.Cluster is { } cluster)
        {
            ClusterNodeActors.Begin(system, cluster, parts, fleet, new ClusterNodeActors.Shared(inventory, share, events, observed));
            return;
        }
        BeginAll(system, parts, fleet);
        foreach (var (name, vms) in parts.RemoteHosts)
        {
            var remote = system.ActorOf(VmHostSupervisor.PropsFor(name, own, events, settings, store.Leases), $"vm-host-{name}");
            remote.Tell(new VmHostCommands.SetVms(vms));
            observed.Tell(new ObservedVmHosts.Join(remote));
        }
    });

    /// <summary>A node that is alone does everything.</summary>
    private static void BeginAll(ActorSystem system, NodeParts parts, FleetParts fleet)
    {
        var router = system.ActorOf(FanOutRouter.PropsFor().WithDispatcher(parts.Settings.Dispatcher), "fan-out");
        var jobs = fleet.BeginJobs(system, LocalParts.AllJobs, new FanOutRouters.Local(router), parts.Store.Jobs);
        var freezes = fleet.BeginFreezes(system);
        parts.Local.Add(LocalParts.AllJobs, jobs);
        parts.Local.Add(LocalParts.Freezes, freezes);
        parts.Local.Add(LocalParts.OwnFreezes, freezes);
        parts.Local.Add(LocalParts.Subscriptions, fleet.BeginSubscriptions(system, parts.Store.Subscriptions));
        parts.Local.Add(LocalParts.Controllers, fleet.BeginControllers(system, jobs, freezes, parts.Store.Controllers));
    }

    private static MigrationEnvironment MigrationOf(NodeParts parts, IActorRef own) => new(own, parts.Settings.Time)
    {
        Concurrency = parts.Migration.Concurrency,
        Uri = parts.Migration.Uri,
        Starter = parts.Migration.Start.Count == 0 ? null : new DestinationStarter(parts.Migration.Start, parts.Migration.Uri, parts.Settings.Time),
    };

    /// <summary>
    /// Akka's timer wheel starts with its first timer, and blocks that thread until a task of its own runs. Thousands of VMs that start their
    /// timers at once would block every thread of the pool while that task waits for one: it is started here, while nothing else runs.
    /// </summary>
    private static void StartScheduler(ActorSystem system) => system.Scheduler.Advanced.ScheduleOnce(TimeSpan.Zero, static () => { });
}
