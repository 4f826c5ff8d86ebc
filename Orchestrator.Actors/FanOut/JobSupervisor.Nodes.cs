using Akka.Actor;
using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.Actors.Clustering.Nodes;
using Orchestrator.Actors.FanOut.Routing;

namespace Orchestrator.Actors.FanOut;

/// <summary>In a cluster: which nodes there are, and whether the partition is still this node's.</summary>
public sealed partial class JobSupervisor
{
    private static readonly TimeSpan AnnouncePause = TimeSpan.FromSeconds(30);

    private readonly FanOutRouters.Fleet? _fleet;

    /// <summary>The routers that can be reached, by the names of their nodes.</summary>
    private readonly Dictionary<string, JobSignals.RouterUp> _routers = new(StringComparer.Ordinal);

    /// <summary>In every behaviour alike.</summary>
    protected override bool AroundReceive(Receive receive, object message) => (_fleet is not null && OnCluster(_fleet, message)) || base.AroundReceive(receive, message);

    private void FollowNodes()
    {
        _fleet!.Nodes.Tell(NodeCommands.Follow.WithVmHosts);
        Timers.StartPeriodicTimer(nameof(Due.Announce), Due.Announce, AnnouncePause);
    }

    private bool OnCluster(FanOutRouters.Fleet fleet, object message)
    {
        switch (message)
        {
            case NodeEvents.Up up:
                OnRouterUp(fleet, up.Info.Name, up.Info.Incarnation, () => fleet.RouterOf(up.Info, Context.System));
                return true;
            case VmHostEvents.Up { Info: var host }:
                OnRouterUp(fleet, host.Name, host.Incarnation, () => fleet.RouterOfVmHost(host, Context.System));
                return true;
            case VmHostEvents.Down { Info: var host }:
                OnNodeDown(host.Name, host.Incarnation);
                return true;
            case VmHostEvents.Forgotten { Name: var host }:
                OnNodeDown(host, null);
                return true;
            case NodeEvents.Unreachable unreachable:
                OnNodeDown(unreachable.Info.Name, unreachable.Info.Incarnation);
                return true;
            case NodeEvents.Gone gone:
                OnNodeDown(gone.Info.Name, gone.Info.Incarnation);
                return true;
            case NodeEvents.Forgotten forgotten:
                OnNodeDown(forgotten.Name, null);
                return true;
            case RouterEvents.Ended ended:
                // Before the jobs are read it is not known which there are: it comes again.
                if (_isLoaded)
                    Forward(ended.JobId, ended);
                return true;
            case RouterEvents.Refused refused:
                if (refused.Epoch > fleet.Claim.Epoch)
                    LoseDuty();
                return true;
            case JobSignals.DutyLost:
                LoseDuty();
                return true;
            default:
                return false;
        }
    }

    /// <summary>A remote VmHost is to jobs as a node of its name: who takes it over is another process of it.</summary>
    private void OnRouterUp(FanOutRouters.Fleet fleet, string name, int incarnation, Func<ICanTell> routerOf)
    {
        if (_routers.TryGetValue(name, out var known) && known.Incarnation == incarnation)
            return;
        var up = new JobSignals.RouterUp(name, routerOf(), incarnation);
        _routers[name] = up;
        Announce(fleet, up);
        foreach (var job in _jobs.Values)
            job.Tell(up);
    }

    /// <summary>Word of a process of the node that another one has replaced comes late.</summary>
    private void OnNodeDown(string node, int? incarnation)
    {
        if (!_routers.TryGetValue(node, out var known) || (incarnation is not null && incarnation != known.Incarnation))
            return;
        _routers.Remove(node);
        foreach (var job in _jobs.Values)
            job.Tell(new JobSignals.RouterDown(node));
    }

    /// <summary>A router may not have heard of it, or have been started since.</summary>
    private void OnAnnounceDue()
    {
        foreach (var router in _routers.Values)
            Announce(_fleet!, router);
    }

    private void Announce(FanOutRouters.Fleet fleet, JobSignals.RouterUp router) => router.Router.Tell(new RouterCommands.Announce(fleet.Partition.ToString(), fleet.Claim.Epoch), Self);

    /// <summary>There is no such job any more: the router need not keep what it has of it.</summary>
    private void ForgetAtRouter(string jobId, IActorRef router) => router.Tell(new RouterCommands.Forget(jobId, _fleet!.Claim.Epoch));

    /// <summary>Another node has the partition: its jobs end here at once, and go on there.</summary>
    private void LoseDuty()
    {
        Context.Parent.Tell(DutyLost.Instance);
        Become(static _ => { });
        Context.Stop(Self);
    }
}
