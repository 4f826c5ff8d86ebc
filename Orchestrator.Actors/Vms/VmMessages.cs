using System.Collections.Frozen;
using Orchestrator.Actors.FanOut;
using Orchestrator.Protocol.Agent.Composites;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Vms;

/// <summary>"Do": answered as each says.</summary>
internal static class VmCommands
{
    /// <summary>From the <c>VmHostSupervisor</c>: the configuration's labels changed.</summary>
    internal sealed record SetLabels(FrozenDictionary<string, string> Labels) : ILocalSignal;

    /// <summary>From the <c>FanOutRouter</c>: takes an invocation back if it is not written yet. Its outcome tells.</summary>
    internal sealed record CancelInvocation(Invocation Invocation) : ILocalSignal;
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

    /// <summary>A composite command was carried out, or failed at one of its steps.</summary>
    internal sealed record CompositeEnded(Invocation Invocation, CompositeResult Result) : ILocalSignal;

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
