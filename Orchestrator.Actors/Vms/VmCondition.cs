using Orchestrator.Protocol.Qmp;

namespace Orchestrator.Actors.Vms;

/// <summary>How the QMP session stands.</summary>
internal enum QmpLink
{
    Connecting,
    Online,

    /// <summary>Online, and QEMU let a probe pass without an answer.</summary>
    Silent,

    /// <summary>QEMU accepts connections and does not greet.</summary>
    Busy,

    /// <summary>No connection.</summary>
    Down,
}

/// <summary>How far an outgoing migration is, as its events tell; without them, the run state alone tells that the guest is not here.</summary>
internal enum MigrationStage
{
    None,

    /// <summary>The guest runs here and is copied.</summary>
    Copying,

    /// <summary>The guest is stopped and about to run elsewhere.</summary>
    Switchover,
}

/// <summary>All that decides whether a VM takes a command. A value: every change makes a new one.</summary>
internal sealed record VmCondition
{
    public QmpLink Qmp { get; init; } = QmpLink.Connecting;

    public string? QmpMessage { get; init; }

    /// <summary>QEMU's RunState, verbatim; <see langword="null"/> if the peer has none.</summary>
    public string? RunState { get; init; }

    public MigrationStage Migration { get; init; }

    /// <summary>There is another QEMU of the VM, or was: its guest may go there, and is served there once it runs there.</summary>
    public bool HasDestination { get; init; }

    /// <summary>The guest is between the two.</summary>
    public bool IsSwitching { get; init; }

    /// <summary>The guest is being copied to a destination, and runs: by QEMU's events, or by its answers where it sends none.</summary>
    public bool IsCopying { get => field || Migration == MigrationStage.Copying; init; }

    /// <summary>The guest was just stopped, and QEMU has not told yet whether it was paused or is leaving.</summary>
    public bool IsStopUnexplained { get; init; }

    public AgentState Agent { get; init; }

    public string? AgentMessage { get; init; }

    /// <summary>What the agent said it can do; <see langword="null"/> until it did.</summary>
    public AgentCapabilities? Capabilities { get; init; }

    /// <summary>Whether the guest's filesystems are frozen.</summary>
    public FreezeState Freeze { get; init; }

    /// <summary>The condition in the words of the API.</summary>
    public VmState State => Qmp switch
    {
        QmpLink.Connecting => VmState.Connecting,
        QmpLink.Silent => VmState.Unresponsive,
        QmpLink.Busy or QmpLink.Down => VmState.Unreachable,
        _ => StateOf(RunState),
    };

    /// <summary>Why something is not as it should be; the VM's own trouble goes before its agent's.</summary>
    public string? Message => Qmp is QmpLink.Busy or QmpLink.Down or QmpLink.Silent ? QmpMessage : AgentMessage;

    /// <summary>QEMU, qapi/run-state.json, enum RunState.</summary>
    public static VmState StateOf(string? runState) => runState switch
    {
        null or "running" or "debug" or "colo" => VmState.Running,
        "inmigrate" or "postmigrate" or "finish-migrate" => VmState.Migrating,
        "shutdown" or "internal-error" or "guest-panicked" => VmState.Stopped,
        _ => VmState.Paused,
    };

    /// <summary>
    /// The run state an event announces, at once and before QEMU is asked for the exact one; the same condition for events that announce none.
    /// </summary>
    public VmCondition Apply(QmpEvent happened) => happened.Name switch
    {
        "STOP" when State == VmState.Running => this with { RunState = Migration == MigrationStage.None && !HasDestination ? "paused" : "finish-migrate", IsStopUnexplained = true },
        "RESUME" or "WAKEUP" => this with { RunState = "running", IsStopUnexplained = false },
        "SUSPEND" => this with { RunState = "suspended" },
        "SHUTDOWN" => this with { RunState = "shutdown" },
        "GUEST_PANICKED" => this with { RunState = "guest-panicked" },
        "MIGRATION" => this with { Migration = StageOf(happened.Text("status")) },
        _ => this,
    };

    /// <summary>QEMU, qapi/migration.json, enum MigrationStatus. From post-copy on, the run states of both sides tell where the guest runs.</summary>
    private static MigrationStage StageOf(string? status) => status switch
    {
        "setup" or "wait-unplug" or "active" or "cancelling" => MigrationStage.Copying,
        "pre-switchover" or "device" => MigrationStage.Switchover,
        _ => MigrationStage.None,
    };

    /// <summary>Whether the exact run state must be asked for after an event.</summary>
    public static bool ChangesRunState(QmpEvent happened) =>
        happened.Name is "STOP" or "RESUME" or "WAKEUP" or "SUSPEND" or "SHUTDOWN" or "RESET" or "GUEST_PANICKED" or "MIGRATION";
}
