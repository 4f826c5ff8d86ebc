using Akka.Actor;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.Freezing.Routing;
using Orchestrator.Host.Controllers;
using Orchestrator.Host.Serving;
using Orchestrator.Host.Storage.Postgres;

namespace Orchestrator.Host.Clustering;

/// <summary>The duty of what the whole fleet has once: controllers with their jobs, webhook subscriptions, freeze groups.</summary>
internal sealed class ControlPart(ClusterParts cluster, LocalParts local, FleetParts fleet, IActorRef nodes) : IDutyPart
{
    private readonly List<(string Name, IActorRef Actor)> _actors = [];
    private PostgresPartitionStore? _store;

    /// <inheritdoc/>
    public IReadOnlyList<IActorRef> Begin(DutyClaim claim, DutyTenure tenure, IActorContext context)
    {
        var store = _store = cluster.Store.JobsOf(claim);
        var jobs = Add(LocalParts.JobsOf(JobPartition.OfControllers), fleet.BeginJobs(context, "jobs", new FanOutRouters.Fleet(nodes, JobPartition.OfControllers, claim), store));
        var freezes = Add(LocalParts.Freezes, fleet.BeginFreezes(context, new FleetLeases(nodes, claim, jobs) { WriteDocument = ControllerDocuments.Write }));
        Add(LocalParts.Subscriptions, fleet.BeginSubscriptions(context, cluster.Store.SubscriptionsOf(claim)));
        Add(LocalParts.Controllers, fleet.BeginControllers(context, jobs, freezes, cluster.Store.ControllersOf(claim)));
        cluster.JobStores.Add(claim.Duty, store);
        return [.. _actors.Select(part => part.Actor)];
    }

    /// <inheritdoc/>
    public void Ended(DutyClaim claim)
    {
        foreach (var (name, actor) in _actors)
            local.Remove(name, actor);
        cluster.JobStores.Remove(claim.Duty);
        _store?.Close();
    }

    private IActorRef Add(string name, IActorRef actor)
    {
        _actors.Add((name, actor));
        local.Add(name, actor);
        return actor;
    }
}
