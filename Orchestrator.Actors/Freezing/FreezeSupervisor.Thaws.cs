using Akka.Actor;
using Orchestrator.Actors.Clustering.Nodes;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.Freezing.Routing;
using Orchestrator.Actors.VmHosts;

namespace Orchestrator.Actors.Freezing;

/// <summary>Thaws of VMs under whichever lease.</summary>
public sealed partial class FreezeSupervisor
{
    /// <summary>A VM's actor answers in any case, at the latest when its thaw is overdue.</summary>
    private async Task<FreezeReplies.ThawedVms> ThawAsync(FreezeCommands.ThawVms thaw, ActorSystem system)
    {
        var nodes = _environment.Fleet is { } fleet ? await fleet.UpAsync().ConfigureAwait(false) : [];
        var told = await Task.WhenAll(thaw.Vms.Select(vm => vm.Node is { } node && _environment.Fleet is { } remote
            ? ThawAsync(remote, nodes.GetValueOrDefault(node), vm, thaw.Force, system)
            : ThawAsync(vm, thaw.Force))).ConfigureAwait(false);
        return new FreezeReplies.ThawedVms(told);
    }

    private static async Task<ThawedVm> ThawAsync(InventoryEntry vm, bool force)
    {
        try
        {
            var told = await vm.Vm.Ask<LeaseReplies.ThawTold>(new LeaseCommands.ThawAny(force), AnswerTimeout).ConfigureAwait(false);
            return new ThawedVm(told.Vm, told.Result, told.Message);
        }
        catch (AskTimeoutException)
        {
            return new ThawedVm(vm.Snapshot, ThawResult.Pending, "its actor did not answer: see the node's log");
        }
    }

    /// <summary>The same of a VM that a node of the cluster has.</summary>
    private static async Task<ThawedVm> ThawAsync(FleetLeases fleet, NodeInfo? node, InventoryEntry vm, bool force, ActorSystem system)
    {
        if (node is null)
            return new ThawedVm(vm.Snapshot, ThawResult.Pending, $"node {vm.Node} does not answer: what it has frozen under a lease it thaws by itself, at the lease's end or when it starts");
        try
        {
            var asked = new LeaseRouterCommands.ThawVm(TargetList.PathOf(vm.Vm), fleet.Claim.Epoch, force);
            return await fleet.RouterOf(node, system).Ask<object>(asked, AnswerTimeout).ConfigureAwait(false) switch
            {
                LeaseRouterEvents.VmThawed told => new ThawedVm(vm.Snapshot, told.Result, told.Message),
                _ => new ThawedVm(vm.Snapshot, ThawResult.Pending, "nothing was sent: this node has lost the duty 'control' to another. Ask again"),
            };
        }
        catch (AskTimeoutException)
        {
            return new ThawedVm(vm.Snapshot, ThawResult.Pending, $"node {vm.Node} did not answer in time: the VM may be thawed or not. Ask again");
        }
    }
}
