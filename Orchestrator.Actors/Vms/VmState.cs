namespace Orchestrator.Actors.Vms;

/// <summary>What a VM is doing, as far as its QMP session tells. Stable names: safe to switch on.</summary>
public enum VmState
{
    /// <summary>No answer from QMP yet since the VM appeared.</summary>
    Connecting,

    /// <summary>QEMU runs the guest (RunState <c>running</c>), or the peer has no run state and answers.</summary>
    Running,

    /// <summary>The guest's processors are stopped (<c>paused</c>, <c>io-error</c>, <c>watchdog</c>, <c>prelaunch</c>, <c>suspended</c>, …).</summary>
    Paused,

    /// <summary>The guest waits for, or has left by, a migration (<c>inmigrate</c>, <c>postmigrate</c>, <c>finish-migrate</c>).</summary>
    Migrating,

    /// <summary>The guest is off while QEMU still runs (<c>shutdown</c>, <c>internal-error</c>, <c>guest-panicked</c>).</summary>
    Stopped,

    /// <summary>The QMP connection is open but QEMU does not answer within its deadline.</summary>
    Unresponsive,

    /// <summary>No QMP connection can be made: QEMU is gone, or another client holds the monitor.</summary>
    Unreachable,
}

/// <summary>What the guest's agent is doing. Stable names: safe to switch on.</summary>
public enum AgentState
{
    /// <summary>The VM has no agent socket.</summary>
    None,

    /// <summary>The guest has not opened its end of the channel: no agent runs.</summary>
    Absent,

    /// <summary>The channel is open, synchronization has not finished.</summary>
    Connecting,

    /// <summary>Synchronized; commands are accepted.</summary>
    Ready,

    /// <summary>The channel is open but the agent let a deadline pass and has not synchronized since.</summary>
    Unresponsive,

    /// <summary>The guest exceeded one of its budgets (<see cref="Vms.Agent.GuestLimits"/>): its channel is closed until an operator releases it.</summary>
    Quarantined,
}
