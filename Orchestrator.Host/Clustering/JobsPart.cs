using Akka.Actor;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Host.Serving;
using Orchestrator.Host.Storage.Postgres;

namespace Orchestrator.Host.Clustering;

/// <summary>The duty of one partition of the jobs.</summary>
internal sealed class JobsPart(ClusterParts cluster, LocalParts local, FleetParts fleet, IActorRef nodes) : IDutyPart
{
    private IActorRef _jobs = ActorRefs.Nobody;
    private PostgresPartitionStore? _store;

    /// <inheritdoc/>
    public IReadOnlyList<IActorRef> Begin(DutyClaim claim, DutyTenure tenure, IActorContext context)
    {
        var store = _store = cluster.Store.JobsOf(claim);
        _jobs = fleet.BeginJobs(context, $"jobs-{claim.Epoch}", new FanOutRouters.Fleet(nodes, claim.Duty[^1], claim), store);
        cluster.JobStores.Add(claim.Duty, store);
        local.Add(claim.Duty, _jobs);
        return [_jobs];
    }

    /// <inheritdoc/>
    public void Ended(DutyClaim claim)
    {
        local.Remove(claim.Duty, _jobs);
        cluster.JobStores.Remove(claim.Duty);
        _store?.Close();
    }
}
