using Akka.Actor;
using Orchestrator.Actors.FanOut.Routing;

namespace Orchestrator.Actors.FanOut;

/// <summary>In a cluster: how the job comes to this node, leaves it for another, and is done with.</summary>
internal sealed partial class JobActor
{
    private bool _isForgotten;

    /// <summary>Another node has the job: nothing is sent any more, and nobody is told that anything succeeded.</summary>
    private void LoseDuty(IReadOnlyList<JobEntry> unwritten)
    {
        var rejected = new JobReplies.Rejected("store-unavailable", $"another node has taken over the job {_id}: ask again");
        foreach (var step in unwritten.Select(entry => entry.Then))
        {
            foreach (var requester in step is JobSteps.Answer answer ? [answer.Requester] : step is JobSteps.Accept ? Requesters() : [])
                requester.Tell(rejected);
        }
        Context.Parent.Tell(JobSignals.DutyLost.Instance);
        Become(static _ => { });
        Context.Stop(Self);
    }

    /// <summary>Which processes of which nodes have had something of the job. One that was begun without a cluster may have gone anywhere.</summary>
    private void RestoreRouters(JobSnapshot job)
    {
        if (_fleet is null)
            return;
        foreach (var (node, incarnation) in job.Routers ?? new Dictionary<string, int>())
            LinkOf(node).Recorded = incarnation;
        if (job.Routers is not null)
            return;
        foreach (var host in _targets.Select(target => target.Host).Distinct())
            LinkOf(host).Recorded = RouterLink.UnknownIncarnation;
    }

    /// <summary>All is on disk, and nothing is awaited: the routers need not remember the job. One that was lost may have something to tell yet.</summary>
    private void ForgetAtRouters()
    {
        if (_fleet is null || _isForgotten || _took is null || !_journal.IsIdle)
            return;
        _isForgotten = true;
        var lost = Enumerable.Range(0, _state.Targets).Where(ordinal => _state.OutcomeOf(ordinal)?.Reason is Reasons.NodeLost or Reasons.NodeStopped).Select(ordinal => LinkOf(ordinal).Node).ToHashSet();
        foreach (var router in _links.Values.Where(link => link.Recorded is not null && !lost.Contains(link.Node)).Select(link => link.Router).OfType<IActorRef>())
        {
            _unacknowledged.Remove(router);
            router.Tell(new RouterCommands.Forget(_id, _fleet.Claim.Epoch), Self);
        }
    }
}
