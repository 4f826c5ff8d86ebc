using Akka.Actor;
using Orchestrator.Actors.Clients;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Controllers;

/// <summary>In a cluster: VMs of other nodes.</summary>
internal sealed partial class ControllerCall
{
    /// <summary>In one message to another node, which holds 128,000 bytes: 1.7 KB each at most.</summary>
    private const int MaxFactsOfMessage = 24;

    private static readonly TimeSpan FactsTimeout = TimeSpan.FromSeconds(5);

    /// <summary>What is asked of another node's VM goes the way of jobs; one that only reads has no key, and is asked anew when the handler is.</summary>
    private async Task<ReadOnlyMemory<byte>> ReadElsewhereAsync(EncodedCommand command, VmId vm, CancellationToken cancellationToken)
    {
        var outcome = await _commander.CommandAsync(ControllerJobs.Command(ControllerJobs.Only(vm), command), null, 1, cancellationToken).ConfigureAwait(false);
        if (outcome is { Phase: Phase.Succeeded, Result.IsEmpty: true })
            outcome = outcome with { Phase = Phase.Failed, Reason = Reasons.OutputLost, Message = "the answer is so large that it stayed on the disk of the VM's node, and cannot be read from there" };
        return outcome.Phase == Phase.Succeeded ? outcome.Result : throw new OutcomeException(command.Name, outcome);
    }

    /// <summary>What goes to another node may be lost on the way: it is confirmed, or the handler has failed and is tried again.</summary>
    private async Task SetFactsAsync(InventoryEntry vm, Dictionary<string, string?> facts, CancellationToken cancellationToken)
    {
        if (!IsElsewhere(vm))
        {
            vm.Vm.Tell(new VmCommands.SetFacts(facts));
            return;
        }
        using var overdue = new CancellationTokenSource(FactsTimeout, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(overdue.Token, cancellationToken);
        try
        {
            foreach (var some in facts.Chunk(MaxFactsOfMessage))
                await vm.Vm.Ask<VmReplies.FactsSet>(new VmCommands.SetFacts(some.ToDictionary()), Timeout.InfiniteTimeSpan, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ControllerCommandException("node-unreachable", $"the facts of {vm.Snapshot.Name} could not be set: its node {vm.Node} did not answer within {FactsTimeout.TotalSeconds} s");
        }
    }

    private bool IsElsewhere(InventoryEntry vm) => vm.Node is { } node && node != _environment.Host;
}
