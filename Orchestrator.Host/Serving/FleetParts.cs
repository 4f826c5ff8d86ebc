using System.Security.Cryptography;
using Akka.Actor;
using Orchestrator.Actors.Controllers;
using Orchestrator.Actors.Controllers.Storage;
using Orchestrator.Actors.Events.Subscriptions;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Freezing.Routing;
using Orchestrator.Host.Api;
using Orchestrator.Host.Controllers;

namespace Orchestrator.Host.Serving;

/// <summary>Makes the actors that work on the whole fleet: all of them on a node that is alone, those of its duties on a node of a cluster.</summary>
/// <param name="parts">What they are made of.</param>
/// <param name="inventory">The picture of all VMs.</param>
/// <param name="observation">The node's ObservationDesk.</param>
internal sealed class FleetParts(NodeParts parts, IActorRef inventory, IActorRef observation)
{
    private TimeProvider Time => parts.Settings.Time;

    /// <summary>Jobs.</summary>
    /// <param name="context">Whose children they are.</param>
    /// <param name="name">Of the actor.</param>
    /// <param name="routers">How their commands reach VMs.</param>
    /// <param name="store">Where they are kept.</param>
    public IActorRef BeginJobs(IActorRefFactory context, string name, FanOutRouters routers, IJobStore store)
    {
        var environment = new FanOutEnvironment(inventory, routers, Time) { Store = store, WritePause = NodeParts.JobWritePause, ReadDocument = document => JobRequests.Read(document, parts.Guest) };
        return context.ActorOf(JobSupervisor.PropsFor(environment, new JobRetention()), name);
    }

    /// <summary>Freeze groups and snapshots.</summary>
    /// <param name="context">Whose children they are.</param>
    /// <param name="fleet">How they reach the VMs of all nodes; <see langword="null"/>: they are this node's.</param>
    public IActorRef BeginFreezes(IActorRefFactory context, FleetLeases? fleet = null) =>
        context.ActorOf(FreezeSupervisor.PropsFor(new FreezeEnvironment(inventory, Time) { Fleet = fleet }), LocalParts.Freezes);

    /// <summary>Webhook subscriptions.</summary>
    public IActorRef BeginSubscriptions(IActorRefFactory context, ISubscriptionStore store) => context.ActorOf(
        SubscriptionSupervisor.PropsFor(new SubscriptionEnvironment { Store = store, Sender = parts.Webhooks, Logs = parts.Local.Logs, Observation = observation, Time = Time, Chance = Chance }),
        LocalParts.Subscriptions);

    /// <summary>Controllers.</summary>
    /// <param name="context">Whose children they are.</param>
    /// <param name="jobs">Carries their commands out.</param>
    /// <param name="freezes">Freezes for them.</param>
    /// <param name="store">Where they go on.</param>
    public IActorRef BeginControllers(IActorRefFactory context, IActorRef jobs, IActorRef freezes, IControllerStore store)
    {
        parts.Controllers.Environment = new ControllerEnvironment(parts.Host, Time)
        {
            Inventory = inventory,
            Jobs = jobs,
            Freezes = freezes,
            Observation = observation,
            Logs = parts.Local.Logs,
            Store = store,
            WriteDocument = ControllerDocuments.Write,
            Restore = parts.Controllers.Restore,
        };
        return context.ActorOf(ControllerSupervisor.PropsFor(parts.Controllers.Registrations, parts.Controllers.Environment), LocalParts.Controllers);
    }

    private static double Chance() => RandomNumberGenerator.GetInt32(int.MaxValue) / (double)int.MaxValue;
}
