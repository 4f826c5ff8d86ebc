using Akka.Actor;
using Akka.Event;
using Orchestrator.Actors.Clustering.Wire;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Transport;

namespace Orchestrator.Actors.VmHosts.Lending;

/// <summary>Between the <see cref="VmHostSupervisor"/>s of two nodes of which one VM has a QEMU each. Each is sent again until it is answered, and taken once.</summary>
internal static class LendingMessages
{
    /// <summary>"A QEMU of your VM is on my machine": from now on it is the VM's, and no other's. Answer: <see cref="Taken"/> or <see cref="Returned"/>.</summary>
    /// <param name="Uuid">QEMU's own, of both.</param>
    /// <param name="Vm">Name of the VM at the borrower.</param>
    /// <param name="Place">What is lent.</param>
    internal sealed record Offer(Guid Uuid, string Vm, LentPlace Place) : IWireMessage;

    /// <summary>It is watched.</summary>
    /// <param name="Place">Its name at the lender.</param>
    internal sealed record Taken(string Place) : IWireMessage;

    /// <summary>It is not wanted, or not any more.</summary>
    /// <param name="Place">Its name at the lender.</param>
    internal sealed record Returned(string Place) : IWireMessage;

    /// <summary>It is not there any more.</summary>
    /// <param name="Place">Its name at the lender.</param>
    internal sealed record Withdrawn(string Place) : IWireMessage;

    /// <summary>"The guest has left my VM: is it in a QEMU of yours?" Answered by an <see cref="Offer"/>, if it is.</summary>
    internal sealed record Seek(Guid Uuid) : IWireMessage;

    /// <summary>From a borrower to a lender that was restarted: "this QEMU is my VM's". Answered by an <see cref="Offer"/>.</summary>
    /// <param name="Uuid">QEMU's own.</param>
    /// <param name="Vm">Name of the VM at the borrower.</param>
    /// <param name="Place">Its name at the lender.</param>
    internal sealed record Reclaim(Guid Uuid, string Vm, string Place) : IWireMessage;

    /// <summary>"The guest is in your QEMU for good, and nobody here speaks to it: the VM is yours." Answer: <see cref="HandedOver"/> or <see cref="Declined"/>.</summary>
    /// <param name="Place">Its name at the lender.</param>
    /// <param name="Heritage">What goes along.</param>
    /// <param name="Left">The QEMUs that it leaves behind: lent to it from now on.</param>
    internal sealed record HandOver(string Place, VmHeritage Heritage, IReadOnlyList<LentPlace> Left) : IWireMessage;

    /// <summary>It is a VM of the lender's now.</summary>
    /// <param name="Place">Its name there.</param>
    internal sealed record HandedOver(string Place) : IWireMessage;

    /// <summary>It was not lent any more.</summary>
    /// <param name="Place">Its name there.</param>
    internal sealed record Declined(string Place) : IWireMessage;
}

/// <summary>"Tell me": answered by <see cref="LendingReplies"/>.</summary>
public static class LendingQueries
{
    /// <summary>A channel of a QEMU of this node that is lent. Answer: <see cref="LendingReplies.Channel"/>.</summary>
    /// <param name="Place">Name of the VM here.</param>
    /// <param name="Name"><c>qmp</c> or <c>agent</c>.</param>
    public sealed record Find(string Place, string Name) : INoSerializationVerificationNeeded;
}

/// <summary>Answers of the <see cref="VmHostSupervisor"/>.</summary>
public static class LendingReplies
{
    /// <summary>Where it is.</summary>
    /// <param name="Endpoint">On this machine; <see langword="null"/> if it is not lent.</param>
    /// <param name="Ended">When it is not lent any more.</param>
    public sealed record Channel(Endpoint? Endpoint, CancellationToken Ended) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
}

/// <summary>Between the <see cref="VmHostSupervisor"/> and its own VMs and timers.</summary>
internal static class LendingSignals
{
    /// <summary>From a VM whose guest is on another node: nothing of it is under way, and its connections are closed.</summary>
    internal sealed record Ready(VmHeritage Heritage) : ILocalSignal;

    /// <summary>From a VM that was handed over to this node: it can do as much as it could there.</summary>
    internal sealed class Settled : ILocalSignal
    {
        public static readonly Settled Instance = new();

        private Settled()
        {
        }
    }

    /// <summary>To a VM itself: time to see whether it may go to the node that its guest is on.</summary>
    internal sealed class QuietDue : ILocalSignal
    {
        public static readonly QuietDue Instance = new();

        private QuietDue()
        {
        }
    }

    /// <summary>From the agent's session: the ends that only it knows; <see langword="null"/> if they are too large to go along.</summary>
    internal sealed record EndsTold(IReadOnlyList<KeptEnd>? Ends) : ILocalSignal;

    /// <summary>To the <see cref="VmHostSupervisor"/> itself: a VM that came has not settled in time.</summary>
    internal sealed record SettleDue(IActorRef Vm) : ILocalSignal;

    /// <summary>To a VM: the other node has it. What comes is to go there.</summary>
    internal sealed class Away : ILocalSignal
    {
        public static readonly Away Instance = new();

        private Away()
        {
        }
    }

    /// <summary>Time to look for the other QEMU of a VM.</summary>
    internal sealed record LookDue(IActorRef Vm) : ILocalSignal;

    /// <summary>VMs of all nodes with its identity.</summary>
    internal sealed record Looked(IActorRef Vm, Guid Uuid, IReadOnlyList<InventoryEntry> Found) : ILocalSignal;

    /// <summary>Nobody has answered an offer.</summary>
    internal sealed record OfferDue(string Place) : ILocalSignal;

    /// <summary>The lender may be there again.</summary>
    internal sealed record ReclaimDue(IActorRef Vm) : ILocalSignal;

    /// <summary>Nobody has answered a handover.</summary>
    internal sealed record HandOverDue(IActorRef Vm) : ILocalSignal;

    /// <summary>All nodes have heard that it is another's.</summary>
    internal sealed record AwayDue(IActorRef Vm) : ILocalSignal;
}
