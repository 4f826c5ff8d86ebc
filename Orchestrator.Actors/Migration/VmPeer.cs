using Akka.Actor;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Migration;

/// <summary>A QEMU of a VM whose actor is in this process: one of the two that the VM has while it is migrated, whichever of them has the guest.</summary>
/// <param name="vm">The VM.</param>
/// <param name="qemu">The QEMU's name on the VmHost.</param>
/// <param name="time">Clock of the questions.</param>
internal sealed class VmPeer(InventoryEntry vm, string qemu, TimeProvider time) : IMigrationPeer
{
    /// <summary>For a session that is busy, or an actor that is gone: the answer is waited for no longer.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public string Name { get; } = $"{qemu} on {vm.Snapshot.Host}{(vm.Snapshot.QemuVersion is { } version ? $" (QEMU {version})" : "")}";

    /// <inheritdoc/>
    public IActorRef Origin => vm.Vm;

    /// <inheritdoc/>
    public async Task<CommandResult> AskAsync(EncodedCommand command, TimeSpan timeout)
    {
        var receiver = new TaskReplyReceiver();
        vm.Vm.Tell(new AskQemu(qemu, command, Deadline.After(timeout, time), receiver));
        try
        {
            return await receiver.Task.WaitAsync(timeout + Grace, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
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
}
