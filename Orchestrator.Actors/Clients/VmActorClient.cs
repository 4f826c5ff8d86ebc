using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Client;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Clients;

/// <summary>
/// Typed commands for one VM of this node, on the same way as a job's: admission, the VM's own session, and an honest outcome. For controllers:
/// <c>await vm.GuestFsFreezeStatusAsync()</c>, <c>await vm.QueryStatusAsync()</c>.
/// </summary>
/// <param name="vm">From <see cref="VmHosts.InventoryEntry.Vm"/>.</param>
/// <param name="time">The node's clock.</param>
public sealed class VmActorClient(IActorRef vm, TimeProvider time) : IQapiClient
{
    /// <summary>For the actor itself to give the outcome of a command whose deadline has passed.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>For each command, from the call to its outcome; 30 s by default.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    /// <exception cref="OutcomeException">The outcome is not a success; it has phase, reason and effect.</exception>
    public async Task<ReadOnlyMemory<byte>> ExecuteAsync(EncodedCommand command, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        var plan = new JobPlan("", command.FromGuest ? CommandRoute.Guest : CommandRoute.Qmp, command, Deadline.After(Timeout, time));
        Invocation? invocation = null;
        using var overdue = new CancellationTokenSource(Timeout + Grace, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(overdue.Token, cancellationToken);
        try
        {
            var ended = await vm.Ask<FanOutEvents.InvocationEnded>(self => invocation = new Invocation(plan, 0, vm, self), System.Threading.Timeout.InfiniteTimeSpan, either.Token).ConfigureAwait(false);
            return ended.Outcome.Phase == Phase.Succeeded ? ended.Outcome.Result : throw new OutcomeException(command.Name, ended.Outcome);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            vm.Tell(new VmCommands.CancelInvocation(invocation!));
            throw;
        }
        catch (OperationCanceledException)
        {
            throw new CommandUnansweredException(
                command.Name, new CommandResult.NoReply(NoReplyCause.DeadlinePassed, Written: true, "the VM has left this node, or its actor does not answer; the command may have run"));
        }
    }
}
