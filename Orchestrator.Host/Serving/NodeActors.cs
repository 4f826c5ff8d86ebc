using Akka.Actor;
using Akka.Hosting;
using Orchestrator.Actors.Controllers;
using Orchestrator.Actors.Endpoints;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Storage;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms;
using Orchestrator.Host.Api;
using Orchestrator.Host.Controllers;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Host.Serving;

/// <summary>Composes the actors of one node: the only place that knows all of them.</summary>
internal static class NodeActors
{
    /// <summary>Adds them; each is registered under its own type.</summary>
    /// <param name="akka">The node's actor system.</param>
    /// <param name="host">Name of the node's VmHost.</param>
    /// <param name="settings">Deadlines, pauses and limits of the VMs.</param>
    /// <param name="guest">The guest commands and events of the node.</param>
    /// <param name="endpoint">Deadlines, limits and policy of the VMs' QMP endpoints.</param>
    /// <param name="store">Where jobs are kept.</param>
    /// <param name="leases">Of frozen VMs.</param>
    /// <param name="eventStore">Where the event log is kept.</param>
    /// <param name="eventLog">Limits of the event log.</param>
    /// <param name="controllers">The node's controllers.</param>
    public static AkkaConfigurationBuilder AddNodeActors(this AkkaConfigurationBuilder akka, string host, VmSettings settings, GuestNamespace guest, EndpointSettings endpoint, IJobStore store, LeaseBook leases, IEventStore eventStore, EventLogSettings eventLog, NodeControllers controllers) => akka.WithActors((system, registry) =>
    {
        StartScheduler(system);
        var inventory = system.ActorOf(Inventory.PropsFor(), "inventory");
        var events = system.ActorOf(EventLog.PropsFor(eventStore, eventLog), "events");
        var router = system.ActorOf(FanOutRouter.PropsFor(), "fan-out");
        var fanOut = new FanOutEnvironment(inventory, router, settings.Time) { Store = store, ReadDocument = document => JobRequests.Read(document, guest) };
        var jobs = system.ActorOf(JobSupervisor.PropsFor(fanOut, new JobRetention()), "jobs");
        var vmHost = system.ActorOf(VmHostSupervisor.PropsFor(host, inventory, events, settings, leases), "vm-host");
        var endpoints = system.ActorOf(QmpEndpointSupervisor.PropsFor(guest, endpoint), "qmp-endpoint");
        var freezes = system.ActorOf(FreezeSupervisor.PropsFor(new FreezeEnvironment(inventory, settings.Time)), "freezes");
        controllers.Environment = new ControllerEnvironment(host, settings.Time)
        {
            Inventory = inventory,
            Jobs = jobs,
            Freezes = freezes,
            Logs = new Dictionary<string, IActorRef>(StringComparer.Ordinal) { [host] = events },
            Store = controllers.Store,
            WriteDocument = ControllerDocuments.Write,
            Restore = controllers.Restore,
        };
        registry.Register<ControllerSupervisor>(system.ActorOf(ControllerSupervisor.PropsFor(controllers.Registrations, controllers.Environment), "controllers"));
        registry.Register<FreezeSupervisor>(freezes);
        registry.Register<Inventory>(inventory);
        registry.Register<EventLog>(events);
        registry.Register<JobSupervisor>(jobs);
        registry.Register<VmHostSupervisor>(vmHost);
        registry.Register<QmpEndpointSupervisor>(endpoints);
    });

    /// <summary>
    /// Akka's timer wheel starts with its first timer, and blocks that thread until a task of its own runs. Thousands of VMs that start their
    /// timers at once would block every thread of the pool while that task waits for one: it is started here, while nothing else runs.
    /// </summary>
    private static void StartScheduler(ActorSystem system) => system.Scheduler.Advanced.ScheduleOnce(TimeSpan.Zero, static () => { });
}
