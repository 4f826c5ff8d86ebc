using Akka.Actor;
using Akka.Dispatch;
using Orchestrator.Actors.Vms.Agent;
using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Qmp;
using Orchestrator.Protocol.Transport;

namespace Orchestrator.Actors.Vms;

/// <summary>Deadlines, pauses and limits of the actors of one VM.</summary>
public sealed record VmSettings
{
    /// <summary>Shared by all VMs of the node.</summary>
    public ConnectionGate Connections { get; init; } = new();

    /// <summary>Clock and timers of the sessions and of every deadline.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Makes the connections: <see cref="EndpointConnector"/>, a loop, or a <see cref="ConnectionFence"/> where only one node may speak to a VM.</summary>
    public Func<Endpoint, CancellationToken, Task<Stream>> Connect { get; init; } = EndpointConnector.ConnectAsync;

    /// <summary>Of the actors of a VM, by its path in the configuration: on a node, that of its <see cref="Protocol.Transport.Loop.SocketLoop"/>.</summary>
    public string Dispatcher { get; init; } = Dispatchers.DefaultDispatcherId;

    /// <summary>The node's <c>MigrationSupervisor</c>; <see langword="null"/> where VMs cannot be migrated from here.</summary>
    public IActorRef? Migrations { get; init; }

    /// <summary>Limits of the QMP session.</summary>
    public QmpSessionOptions Qmp { get; init; } = new();

    /// <summary>Limits of the agent session.</summary>
    public AgentSessionOptions Agent { get; init; } = new();

    /// <summary>What a guest may do before it is quarantined.</summary>
    public GuestLimits GuestLimits { get; init; } = new();

    /// <summary>From the start of a connection attempt to its success.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Pauses between connection attempts.</summary>
    public BackOff Reconnect { get; init; } = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5));

    /// <summary>The same to another QEMU of a VM: where the guest has come from it may go again, and what it says then is worth hearing from the start.</summary>
    public BackOff ReconnectSide { get; init; } = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(200));

    /// <summary>Pauses between synchronizations that nobody answers.</summary>
    public BackOff Resynchronize { get; init; } = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));

    /// <summary>How long commands wait for an agent whose channel is open and not synchronized yet, before it is called unresponsive.</summary>
    public TimeSpan SynchronizeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Deadline of the node's own queries.</summary>
    public TimeSpan QueryTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Deadline of a look at the guest that nobody waits for: a slow guest must not be called silent for it.</summary>
    public TimeSpan LookTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Longest wait for QEMU's own answer when an agent's is slow.</summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Pauses between probes of a QEMU that does not answer.</summary>
    public BackOff Probe { get; init; } = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));

    /// <summary>A command that changes the guest is preceded by a <c>guest-ping</c> when the agent's last answer is older than this: a silent agent then proves that nothing ran.</summary>
    public TimeSpan AgentFreshness { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Pause between looks at an agent's port that sends no events (it has no <c>id=</c>).</summary>
    public TimeSpan PortPoll { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Pause between questions to the QEMUs of a VM that may be migrated, whose events may be missing.</summary>
    public TimeSpan MigrationPoll { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The same while the guest is between the two.</summary>
    public TimeSpan SwitchoverPoll { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long commands wait for a guest that has left for a QEMU that is not known: the one that it has gone to may be found meanwhile.</summary>
    public TimeSpan UnseenDestination { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a VM that has just appeared, and whose monitor does not listen, is shown to nobody: its QEMU may be starting, and be another VM's.</summary>
    public TimeSpan StartPatience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Pause between looks at a VM whose guest was migrated to another node: whether nothing of it is under way, so that it may go there.</summary>
    public TimeSpan QuietPause { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long what is under way of it may take then, while what comes waits.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A reset within this time after another is part of the same reboot.</summary>
    public TimeSpan RebootPause { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Events of a user's schema that one guest may send at once; beyond it, one for each <see cref="GuestEventPause"/>.</summary>
    public int GuestEventBurst { get; init; } = 100;

    /// <summary>Time in which a guest that has used up <see cref="GuestEventBurst"/> may send one more event.</summary>
    public TimeSpan GuestEventPause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>From a freeze of ours to the agent's answer, which comes when everything is written out.</summary>
    public TimeSpan FreezeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>From the writing of a thaw of ours to the agent's answer; before, it waits as long as it must.</summary>
    public TimeSpan ThawTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a thaw of ours may be on its way before an alarm is raised.</summary>
    public TimeSpan ThawPatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Pauses after thaws of ours that failed.</summary>
    public BackOff ThawRetry { get; init; } = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));

    /// <summary>Commands that may wait for one agent.</summary>
    public int MaxQueuedCommands { get; init; } = 64;

    /// <summary>Invocations that may be blocked by one VM's condition, and as many that may await evidence.</summary>
    public int MaxHeldInvocations { get; init; } = 64;

    /// <summary>How long an agent is waited for that is to tell what became of a command whose session is gone.</summary>
    public TimeSpan ReconcileTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A program that runs for longer is worth the question which process the agent is, once per incarnation.</summary>
    public TimeSpan ShortProgram { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a program is followed whose pid came after its invocation had ended.</summary>
    public TimeSpan LateProgramTimeout { get; init; } = TimeSpan.FromMinutes(10);
}
