using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.Freezing.Routing;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Freezing;

/// <summary>The steps of a snapshot of a VM that a node of the cluster has. Any thread; a failure is an outcome.</summary>
internal static class RemoteSnapshots
{
    private static readonly TimeSpan PlanTimeout = TimeSpan.FromSeconds(30);

    /// <summary>To a <see cref="SnapshotActor"/>: the answer to what it asked under the key.</summary>
    internal sealed record Told(object Key, Outcome Outcome, SnapshotPlan? Plan) : ILocalSignal;

    /// <summary>Lets the VM's node plan: it sees the files.</summary>
    public static async Task<Told> PlanAsync(FleetLeases fleet, InventoryEntry vm, SnapshotSpec spec, object key, ActorSystem system)
    {
        if (!(await fleet.UpAsync().ConfigureAwait(false)).TryGetValue(vm.Node!, out var node))
            return new Told(key, Of(vm, Phase.Undelivered, Reasons.HostUnreachable, $"node {vm.Node} does not answer: nothing was done"), null);
        try
        {
            var asked = new LeaseRouterCommands.PlanSnapshot(TargetList.PathOf(vm.Vm), fleet.Claim.Epoch, spec.Name, spec.Directory);
            return await fleet.RouterOf(node, system).Ask<object>(asked, PlanTimeout).ConfigureAwait(false) switch
            {
                LeaseRouterEvents.SnapshotPlanned planned => new Told(key, Named(planned.Asked, vm), PlanOf(planned)),
                _ => new Told(key, Of(vm, Phase.Undelivered, Reasons.NodeStopped, "this node has lost the duty 'control' to another: nothing was done. Ask again"), null),
            };
        }
        catch (AskTimeoutException)
        {
            return new Told(key, Of(vm, Phase.Undelivered, Reasons.HostUnreachable, $"node {vm.Node} did not answer in time: nothing was done"), null);
        }
    }

    /// <summary>Carries the transaction out, as a job of its own.</summary>
    public static async Task<Told> TakeAsync(FleetLeases fleet, InventoryEntry vm, SnapshotSpec spec, EncodedCommand transaction, TimeSpan timeout, object key)
    {
        var job = new JobSpec { Target = Only(vm), Route = CommandRoute.Qmp, Command = transaction, Timeout = timeout, Comment = $"snapshot {spec.Name}" };
        job = job with { Document = fleet.WriteDocument(job) };
        var answer = await fleet.Jobs.Ask<object>(new JobCommands.Submit(job), Timeout.InfiniteTimeSpan).ConfigureAwait(false);
        if (answer is not JobReplies.Accepted accepted)
            return new Told(key, Rejected(vm, answer), null);
        for (var next = 0; ;)
        {
            answer = await fleet.Jobs.Ask<object>(new JobQueries.Read(accepted.Job.Id, next), Timeout.InfiniteTimeSpan).ConfigureAwait(false);
            if (answer is not JobReplies.Page page)
                return new Told(key, Of(vm, Phase.Unknown, Reasons.NodeStopped, $"what became of job {accepted.Job.Id} cannot be told here: {answer}", Effect.Unknown), null);
            if (page.Outcomes.Count > 0)
                return new Told(key, page.Outcomes[0], null);
            if (page.IsLast)
                return new Told(key, Of(vm, Phase.Undelivered, Reasons.VmNotFound, $"job {accepted.Job.Id} had nothing to do: {page.Job.Message}"), null);
            next = page.Next;
        }
    }

    private static Outcome Rejected(InventoryEntry vm, object answer) => answer is JobReplies.Rejected rejected
        ? Of(vm, Phase.Undelivered, rejected.Code == "no-targets" ? Reasons.VmNotFound : Reasons.StoreUnavailable, rejected.Detail)
        : Of(vm, Phase.Undelivered, Reasons.StoreUnavailable, $"the transaction was not accepted as a job: {answer}");

    private static SnapshotPlan? PlanOf(LeaseRouterEvents.SnapshotPlanned planned) => planned.Asked.Phase != Phase.Succeeded
        ? null
        : new SnapshotPlan(planned.Files, planned.Arguments is { } arguments ? EncodedCommand.ForQmp("transaction", arguments, outOfBand: false) : null, planned.Trouble);

    /// <summary>By identity; a VM that never told it by its name and VmHost.</summary>
    private static TargetSelector Only(InventoryEntry vm)
    {
        var text = vm.Snapshot.Id is { } id ? id.ToString() : $"'{vm.Snapshot.Name.Replace("'", "''", StringComparison.Ordinal)}' and h:{vm.Snapshot.Host}";
        return TargetSelector.TryParse(text, out var selector, out var error) ? selector : throw new ArgumentException(error.Message, nameof(vm));
    }

    private static Outcome Named(Outcome outcome, InventoryEntry vm) => outcome.Name.Length > 0 ? outcome : outcome with { Vm = vm.Snapshot.Id, Name = vm.Snapshot.Name, Host = vm.Snapshot.Host };

    private static Outcome Of(InventoryEntry vm, Phase phase, string reason, string message, Effect effect = Effect.None) =>
        new() { Vm = vm.Snapshot.Id, Name = vm.Snapshot.Name, Host = vm.Snapshot.Host, Phase = phase, Reason = reason, Effect = effect, Message = message };
}
