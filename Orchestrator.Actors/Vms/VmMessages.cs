using System.Collections.Frozen;
using Akka.Actor;
using Akka.Event;
using Orchestrator.Actors.Clustering.Wire;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms.Observation;
using Orchestrator.Protocol.Agent.Composites;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi.Introspection;
using Orchestrator.Protocol.Qmp;

namespace Orchestrator.Actors.Vms;

/// <summary>"Do": answered as each says.</summary>
public static class VmCommands
{
    /// <summary>From the API: ends the guest's quarantine, so that its channel is opened afresh. Answer: <see cref="VmReplies.Released"/> or <see cref="VmReplies.NotQuarantined"/>.</summary>
    public sealed class Release : INoSerializationVerificationNeeded
    {
        /// <summary>The only one.</summary>
        public static readonly Release Instance = new();

        private Release()
        {
        }
    }

    /// <summary>From the <c>VmHostSupervisor</c>: the configuration's labels changed.</summary>
    internal sealed record SetLabels(FrozenDictionary<string, string> Labels) : ILocalSignal;

    /// <summary>From the <c>VmHostSupervisor</c>: all that anybody needs to know of guests now. The VM itself finds out which of it is about it.</summary>
    internal sealed record Observe(ObservationNeeds Needs) : ILocalSignal
    {
        /// <summary>The same of whatever VM.</summary>
        public Observe(GuestAspects aspects)
            : this(new ObservationNeeds([new ObservationNeed(aspects, null)]))
        {
        }
    }

    /// <summary>
    /// From a controller, on whichever node: facts that this node tells of the VM; <see langword="null"/> for those that are not so any more. Answer:
    /// <see cref="VmReplies.FactsSet"/>. Without an epoch: of two that follow from the same events, the later is as true as the earlier.
    /// </summary>
    internal sealed record SetFacts(IReadOnlyDictionary<string, string?> Facts) : IWireMessage, INoSerializationVerificationNeeded;

    /// <summary>From the <c>FanOutRouter</c>: takes an invocation back if it is not written yet. Its outcome tells.</summary>
    internal sealed record CancelInvocation(Invocation Invocation) : ILocalSignal;

    /// <summary>From a <c>QmpClientActor</c>: from now on it is sent <see cref="VmEvents.Seen"/>, <see cref="VmEvents.Told"/> and <see cref="VmEvents.Left"/>.</summary>
    internal sealed class Follow : ILocalSignal
    {
        public static readonly Follow Instance = new();

        private Follow()
        {
        }
    }

    /// <summary>From a <c>QmpClientActor</c> that ends.</summary>
    internal sealed class Unfollow : ILocalSignal
    {
        public static readonly Unfollow Instance = new();

        private Unfollow()
        {
        }
    }
}

/// <summary>"Tell me": answered by <see cref="VmReplies"/>.</summary>
public static class VmQueries
{
    /// <summary>What this VM's QEMU understands. The first question after an attachment asks QEMU, which may take the deadline of the node's own queries.</summary>
    public sealed class GetVocabulary : ILocalSignal
    {
        /// <summary>The only one.</summary>
        public static readonly GetVocabulary Instance = new();

        private GetVocabulary()
        {
        }
    }
}

/// <summary>Answers of a <c>VmActor</c>.</summary>
public static class VmReplies
{
    /// <summary>What QEMU understands; <see langword="null"/> if it is not attached, does not answer, or says it in a way that is not understood.</summary>
    public sealed record Vocabulary(QmpVocabulary? Value) : ILocalSignal;

    /// <summary>The facts are told of the VM.</summary>
    internal sealed record FactsSet : IWireMessage, INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        /// <summary>The only one that is sent.</summary>
        public static readonly FactsSet Instance = new();
    }

    /// <summary>The guest is out of quarantine.</summary>
    public sealed record Released(VmSnapshot Snapshot) : INoSerializationVerificationNeeded;

    /// <summary>The guest was not in quarantine: nothing changed.</summary>
    public sealed record NotQuarantined(VmSnapshot Snapshot) : INoSerializationVerificationNeeded;
}

/// <summary>"It happened": sent to the inventory, and the others to the clients of the VM's QMP endpoint.</summary>
internal static class VmEvents
{
    /// <summary>The VM looks different from before.</summary>
    internal sealed record Changed(VmSnapshot Snapshot) : ILocalSignal;

    /// <summary>The VM as it is now.</summary>
    /// <param name="Condition">What decides whether it takes a command.</param>
    /// <param name="Port">The agent's port, once found.</param>
    /// <param name="Greeting">QEMU's own, of the newest session; <see langword="null"/> before the first.</param>
    internal sealed record Seen(VmCondition Condition, Qmp.AgentPort? Port, QmpGreeting? Greeting) : ILocalSignal;

    /// <summary>An event of QEMU's or of the guest namespace, as a message of QMP.</summary>
    internal sealed record Told(ReadOnlyMemory<byte> Message) : ILocalSignal;

    /// <summary>The VM's actor has ended, or begins anew.</summary>
    internal sealed class Left : ILocalSignal
    {
        public static readonly Left Instance = new();

        private Left()
        {
        }
    }
}

/// <summary>Only the actor itself, its sessions and its timers.</summary>
internal static class VmSignals
{
    /// <summary>A session gave an invocation its result.</summary>
    internal sealed record Replied(Invocation Invocation, CommandResult Result) : ILocalSignal;

    /// <summary>A composite command was carried out, or failed at one of its steps.</summary>
    internal sealed record CompositeEnded(Invocation Invocation, CompositeResult Result) : ILocalSignal;

    /// <summary>The agent has started an invocation's program.</summary>
    internal sealed record ProgramStarted(Invocation Invocation, long Pid) : ILocalSignal;

    /// <summary>The agent told whether it is frozen, as evidence of an invocation that may have frozen it.</summary>
    internal sealed record FreezeTold(Invocation Invocation, CommandResult Status) : ILocalSignal;

    /// <summary>A program ended, or not, whose pid came after its invocation had ended.</summary>
    internal sealed record LateProgramEnded(Invocation Invocation, CompositeResult Result) : ILocalSignal;

    /// <summary>The condition has changed while invocations wait.</summary>
    internal sealed class ReconsiderationDue : ILocalSignal
    {
        public static readonly ReconsiderationDue Instance = new();

        private ReconsiderationDue()
        {
        }
    }

    /// <summary>The time of an invocation that waits is over.</summary>
    internal sealed class HeldDue : ILocalSignal
    {
        public static readonly HeldDue Instance = new();

        private HeldDue()
        {
        }
    }

    /// <summary>Some program runs for long enough to ask which process its agent is.</summary>
    internal sealed class AgentProcessDue : ILocalSignal
    {
        public static readonly AgentProcessDue Instance = new();

        private AgentProcessDue()
        {
        }
    }

    /// <summary>An invocation's deadline passed while it waited for an event.</summary>
    internal sealed record EventOverdue(Invocation Invocation) : ILocalSignal;

    /// <summary>QEMU answered <c>query-status</c>; only the newest question counts.</summary>
    internal sealed record StatusAnswered(int Question, CommandResult Result) : ILocalSignal;

    /// <summary>QEMU was asked what it understands.</summary>
    internal sealed record VocabularyTold(int Attachment, Qmp.VocabularyAnswer Answer) : ILocalSignal;

    /// <summary>An invocation's deadline passed while QEMU was asked what it understands.</summary>
    internal sealed record VocabularyOverdue(Invocation Invocation) : ILocalSignal;

    /// <summary>QEMU told who it is; <c>PortEvents</c> is the count of them when it was asked.</summary>
    internal sealed record QemuIdentified(int Attachment, Qmp.QemuIdentity Identity, int PortEvents) : ILocalSignal;

    /// <summary>The guest told who it is.</summary>
    internal sealed record GuestIdentified(int Incarnation, Agent.GuestIdentity Identity, bool IsNew = true) : ILocalSignal;

    /// <summary>The agent told which process it is; <see langword="null"/> if it cannot.</summary>
    internal sealed record AgentProcessTold(int Incarnation, string? Process) : ILocalSignal;

    /// <summary>A refused command's agent was asked whether it is frozen.</summary>
    internal sealed record FreezeAnswered(Invocation Invocation, CommandResult Refusal, CommandResult Freeze) : ILocalSignal;

    /// <summary>Time to look at the guest.</summary>
    internal sealed class ObservationDue : ILocalSignal
    {
        public static readonly ObservationDue Instance = new();

        private ObservationDue()
        {
        }
    }

    /// <summary>A look at the guest has ended.</summary>
    internal sealed record Observed(ObservationQuestion Question, int Incarnation, CommandResult Result) : ILocalSignal;

    /// <summary>Time to ask a silent QEMU again.</summary>
    internal sealed class ProbeDue : ILocalSignal
    {
        public static readonly ProbeDue Instance = new();

        private ProbeDue()
        {
        }
    }

    /// <summary>Time to look at a port that sends no events.</summary>
    internal sealed class PortPollDue : ILocalSignal
    {
        public static readonly PortPollDue Instance = new();

        private PortPollDue()
        {
        }
    }

    /// <summary>QEMU told whether the agent's port is open; <c>PortEvents</c> is the count of them when it was asked.</summary>
    internal sealed record PortPolled(int Attachment, bool? Open, int PortEvents) : ILocalSignal;
}
