using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Migration;

/// <summary>A QEMU whose VM's actor is in this process.</summary>
internal sealed class VmPeer(InventoryEntry vm, TimeProvider time) : IMigrationPeer
{
    /// <summary>For the actor itself to give the outcome of a command whose deadline has passed.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public string Name { get; } = $"{vm.Snapshot.Name} on {vm.Snapshot.Host}{(vm.Snapshot.QemuVersion is { } version ? $" (QEMU {version})" : "")}";

    /// <inheritdoc/>
    public IActorRef Origin => vm.Vm;

    /// <inheritdoc/>
    public async Task<CommandResult> AskAsync(EncodedCommand command, TimeSpan timeout)
    {
        var plan = new JobPlan("", CommandRoute.Qmp, command, Deadline.After(timeout, time)) { IsChecked = false };
        using var overdue = new CancellationTokenSource(timeout + Grace, time);
        try
        {
            var ended = await vm.Vm.Ask<FanOutEvents.InvocationEnded>(self => new Invocation(plan, 0, vm.Vm, self), Timeout.InfiniteTimeSpan, overdue.Token).ConfigureAwait(false);
            return ResultOf(ended.Outcome);
        }
        catch (OperationCanceledException)
        {
            return new CommandResult.NoReply(NoReplyCause.DeadlinePassed, Written: true, $"{Name} did not answer {command.Name}");
        }
    }

    /// <inheritdoc/>
    public void Follow(IActorRef follower) => vm.Vm.Tell(VmCommands.Follow.Instance, follower);

    /// <inheritdoc/>
    public void Unfollow(IActorRef follower) => vm.Vm.Tell(VmCommands.Unfollow.Instance, follower);

    /// <inheritdoc/>
    public void Tell(AgentHold message, IActorRef sender) => vm.Vm.Tell(message, sender);

    private static CommandResult ResultOf(Outcome outcome) => outcome switch
    {
        { Phase: Phase.Succeeded } => new CommandResult.Returned(outcome.Result),
        { Phase: Phase.Refused, Error: { } error } => new CommandResult.Refused(new CommandError(error.Class, error.Description)),
        _ => new CommandResult.NoReply(NoReplyCause.ConnectionLost, Written: outcome.Effect != Effect.None, outcome.Message ?? outcome.Reason ?? outcome.Phase.ToString()),
    };
}
