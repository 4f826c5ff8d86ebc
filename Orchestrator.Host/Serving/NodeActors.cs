using System.Security.Cryptography;
using Akka.Actor;
using Akka.Hosting;
using Orchestrator.Actors.Controllers;
using Orchestrator.Actors.Endpoints;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Subscriptions;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms.Observation;
using Orchestrator.Host.Api;
using Orchestrator.Host.Controllers;

namespace Orchestrator.Host.Serving;

/// <summary>Composes the actors of one node: the only place that knows all of them.</summary>
internal static class NodeActors
{
    /// <summary>Adds them; each is registered under its own type.</summary>
    /// <param name="akka">The node's actor system.</param>
    /// <param name="parts">What they are made of.</param>
    public static AkkaConfigurationBuilder AddNodeActors(this AkkaConfigurationBuilder akka, NodeParts parts) => akka.WithActors((system, registry) =>
    {
        var (host, settings, guest, store) = (parts.Host, parts.Settings, parts.Guest, parts.Store);
        StartScheduler(system);
        var inventory = system.ActorOf(Inventory.PropsFor(), "inventory");
        var events = system.ActorOf(EventLog.PropsFor(store.Events, parts.EventLog), "events");
        var logs = parts.Local.Logs;
        logs.Put(host, events, isRemote: false);
        var router = system.ActorOf(FanOutRouter.PropsFor(), "fan-out");
        var fanOut = new FanOutEnvironment(inventory, router, settings.Time) { Store = store.Jobs, ReadDocument = document => JobRequests.Read(document, guest) };
        var jobs = system.ActorOf(JobSupervisor.PropsFor(fanOut, new JobRetention()), "jobs");
        var vmHost = system.ActorOf(VmHostSupervisor.PropsFor(host, inventory, events, settings, store.Leases), "vm-host");
        var endpoints = system.ActorOf(QmpEndpointSupervisor.PropsFor(guest, parts.Endpoint), "qmp-endpoint");
        var freezes = system.ActorOf(FreezeSupervisor.PropsFor(new FreezeEnvironment(inventory, settings.Time)), "freezes");
        var observation = system.ActorOf(ObservationDesk.PropsFor(vmHost, settings.Time), "observation");
        registry.Register<ObservationDesk>(observation);
        var subscriptions = system.ActorOf(SubscriptionSupervisor.PropsFor(new SubscriptionEnvironment
        {
            Store = store.Subscriptions,
            Sender = parts.Webhooks,
            Logs = logs,
            Observation = observation,
            Time = settings.Time,
            Chance = Chance,
        }), "subscriptions");
        parts.Local.Add(LocalParts.Subscriptions, subscriptions);
        parts.Controllers.Environment = new ControllerEnvironment(host, settings.Time)
        {
            Inventory = inventory,
            Jobs = jobs,
            Freezes = freezes,
            Observation = observation,
            Logs = logs,
            Store = parts.Controllers.Store,
            WriteDocument = ControllerDocuments.Write,
            Restore = parts.Controllers.Restore,
        };
        parts.Local.Add(LocalParts.Controllers, system.ActorOf(ControllerSupervisor.PropsFor(parts.Controllers.Registrations, parts.Controllers.Environment), "controllers"));
        parts.Local.Add(LocalParts.Freezes, freezes);
        registry.Register<Inventory>(inventory);
        registry.Register<EventLog>(events);
        parts.Local.Add(LocalParts.AllJobs, jobs);
        registry.Register<VmHostSupervisor>(vmHost);
        registry.Register<QmpEndpointSupervisor>(endpoints);
    });

    private static double Chance() => RandomNumberGenerator.GetInt32(int.MaxValue) / (double)int.MaxValue;

    /// <summary>
    /// Akka's timer wheel starts with its first timer, and blocks that thread until a task of its own runs. Thousands of VMs that start their
    /// timers at once would block every thread of the pool while that task waits for one: it is started here, while nothing else runs.
    /// </summary>
    private static void StartScheduler(ActorSystem system) => system.Scheduler.Advanced.ScheduleOnce(TimeSpan.Zero, static () => { });
}
