using System.Collections.Frozen;
using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Commands;

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

    /// <summary>From the <c>FanOutRouter</c>: takes an invocation back if it is not written yet. Its outcome tells.</summary>
    internal sealed record CancelInvocation(Invocation Invocation) : ILocalSignal;
}

/// <summary>Answers to <see cref="VmCommands"/>.</summary>
public static class VmReplies
{
    /// <summary>The guest is out of quarantine.</summary>
    public sealed record Released(VmSnapshot Snapshot) : INoSerializationVerificationNeeded;

    /// <summary>The guest was not in quarantine: nothing changed.</summary>
    public sealed record NotQuarantined(VmSnapshot Snapshot) : INoSerializationVerificationNeeded;
}

/// <summary>"It happened": sent to the inventory.</summary>
internal static class VmEvents
{
    /// <summary>The VM looks different from before.</summary>
    internal sealed record Changed(VmSnapshot Snapshot) : ILocalSignal;
}

/// <summary>Only the actor itself, its sessions and its timers.</summary>
internal static class VmSignals
{
    /// <summary>A session gave an invocation its result.</summary>
    internal sealed record Replied(Invocation Invocation, CommandResult Result) : ILocalSignal;

    /// <summary>A program was followed to its end.</summary>
    internal sealed record RunEnded(Invocation Invocation, ExecResult Result) : ILocalSignal;

    /// <summary>An invocation's deadline passed while it waited for an event.</summary>
    internal sealed record EventOverdue(Invocation Invocation) : ILocalSignal;

    /// <summary>QEMU answered <c>query-status</c>; only the newest question counts.</summary>
    internal sealed record StatusAnswered(int Question, CommandResult Result) : ILocalSignal;

    /// <summary>QEMU told who it is; <c>PortEvents</c> is the count of them when it was asked.</summary>
    internal sealed record QemuIdentified(int Attachment, Qmp.QemuIdentity Identity, int PortEvents) : ILocalSignal;

    /// <summary>The guest told who it is.</summary>
    internal sealed record GuestIdentified(int Incarnation, Agent.GuestIdentity Identity) : ILocalSignal;

    /// <summary>The agent told which process it is; <see langword="null"/> if it cannot.</summary>
    internal sealed record AgentProcessTold(int Incarnation, string? Process) : ILocalSignal;

    /// <summary>A refused command's agent was asked whether it is frozen.</summary>
    internal sealed record FreezeAnswered(Invocation Invocation, CommandResult Refusal, CommandResult Freeze) : ILocalSignal;

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
