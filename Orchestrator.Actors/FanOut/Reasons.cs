namespace Orchestrator.Actors.FanOut;

/// <summary>Why an invocation ended as it did: PascalCase codes, an open set. Grouped by the phase they go with.</summary>
public static class Reasons
{
    /// <summary>Failed: the program's exit code was not 0.</summary>
    public const string ExitNonZero = nameof(ExitNonZero);
    /// <summary>Failed: a signal (Windows: an unhandled exception) ended the program.</summary>
    public const string Signaled = nameof(Signaled);
    /// <summary>Failed: the guest's answer broke the schema or a limit and was dropped whole.</summary>
    public const string GuestProtocolViolation = nameof(GuestProtocolViolation);
    /// <summary>Failed: the file in the guest was changed while it was read.</summary>
    public const string FileChanged = nameof(FileChanged);
    /// <summary>Failed: what the guest has is not what was written.</summary>
    public const string ChecksumMismatch = nameof(ChecksumMismatch);
    /// <summary>Failed: the caller's end of a file transfer was closed before the file's end.</summary>
    public const string TransferAborted = nameof(TransferAborted);
    /// <summary>Failed: the program ended, and the files with its output could not be fetched.</summary>
    public const string OutputLost = nameof(OutputLost);
    /// <summary>Failed: the reply was larger than its limit; it was skipped and the session resynchronized.</summary>
    public const string ReplyTooLarge = nameof(ReplyTooLarge);

    /// <summary>Refused: the agent or QEMU does not know the command.</summary>
    public const string Unsupported = nameof(Unsupported);
    /// <summary>Refused: the arguments do not fit the command of this VM's QEMU.</summary>
    public const string InvalidArgument = nameof(InvalidArgument);
    /// <summary>Refused: the guest's administrator or platform disabled the command.</summary>
    public const string DisabledByGuest = nameof(DisabledByGuest);
    /// <summary>Refused: the guest's filesystems are frozen and the command would need them.</summary>
    public const string AgentFrozen = nameof(AgentFrozen);
    /// <summary>Refused: the agent answered with an error of its own.</summary>
    public const string GuestError = nameof(GuestError);
    /// <summary>Refused: QEMU answered with an error.</summary>
    public const string QmpError = nameof(QmpError);

    /// <summary>Undelivered: the VM left between the resolution of the targets and its turn.</summary>
    public const string VmNotFound = nameof(VmNotFound);
    /// <summary>Undelivered: the guest is off.</summary>
    public const string VmNotRunning = nameof(VmNotRunning);
    /// <summary>Undelivered: the guest's processors are stopped.</summary>
    public const string VmPaused = nameof(VmPaused);
    /// <summary>Undelivered: the VM is at a migration's switchover, or only arriving.</summary>
    public const string VmMigrating = nameof(VmMigrating);
    /// <summary>Undelivered: the VM has no agent channel, or the guest has not opened it.</summary>
    public const string AgentAbsent = nameof(AgentAbsent);
    /// <summary>Undelivered or Unknown: the agent's channel is open and the agent does not answer.</summary>
    public const string AgentUnresponsive = nameof(AgentUnresponsive);
    /// <summary>Undelivered or Unknown: the guest exceeded a budget, and its channel is closed until it is released.</summary>
    public const string GuestQuarantined = nameof(GuestQuarantined);
    /// <summary>Undelivered or Unknown: QEMU itself does not answer on QMP.</summary>
    public const string QemuUnresponsive = nameof(QemuUnresponsive);
    /// <summary>Blocked or Undelivered: no QMP connection to the VM, or no way to its node.</summary>
    public const string HostUnreachable = nameof(HostUnreachable);
    /// <summary>Undelivered: the monitor is held by another client.</summary>
    public const string MonitorBusy = nameof(MonitorBusy);
    /// <summary>Undelivered: the VM's queue of waiting commands is full.</summary>
    public const string VmBusy = nameof(VmBusy);
    /// <summary>Blocked, Undelivered or Skipped: the guest's filesystems are frozen under a lease of this node.</summary>
    public const string FsFrozen = nameof(FsFrozen);
    /// <summary>Blocked, Undelivered or Skipped: somebody else froze the guest's filesystems.</summary>
    public const string FsFrozenForeign = nameof(FsFrozenForeign);
    /// <summary>Not frozen: the lease could not be written to disk, so nothing was sent.</summary>
    public const string LeaseNotRecorded = nameof(LeaseNotRecorded);
    /// <summary>Not frozen, or thawed again: another VM of its group failed.</summary>
    public const string GroupFailed = nameof(GroupFailed);
    /// <summary>Not frozen: the agent found no filesystem to freeze.</summary>
    public const string NothingToFreeze = nameof(NothingToFreeze);
    /// <summary>Not frozen: applications were to take part, and nothing says that this guest has hooks for them.</summary>
    public const string FreezeHookAbsent = nameof(FreezeHookAbsent);
    /// <summary>Skipped: a snapshot of a VM that has no disk to write to.</summary>
    public const string NoWritableDisk = nameof(NoWritableDisk);
    /// <summary>Failed: the freeze ended before the snapshot was taken.</summary>
    public const string FreezeLost = nameof(FreezeLost);
    /// <summary>Undelivered: no QEMU waits for the VM on the VmHost that it was to go to.</summary>
    public const string NoDestination = nameof(NoDestination);
    /// <summary>Failed: QEMU gave the migration up, or did not take a step of it; the guest goes on at the source.</summary>
    public const string MigrationFailed = nameof(MigrationFailed);
    /// <summary>Failed: the migration had not come to its end by its deadline, and was given up; the guest goes on at the source.</summary>
    public const string MigrationNotConverged = nameof(MigrationNotConverged);
    /// <summary>Undelivered: the deadline passed before the VM's turn came.</summary>
    public const string QueueDeadline = nameof(QueueDeadline);

    /// <summary>TimedOut: the program was started and had not ended by the deadline; its pid is given.</summary>
    public const string StillRunning = nameof(StillRunning);
    /// <summary>TimedOut: the program ended, but a child of it holds its output pipes open.</summary>
    public const string PipesHeld = nameof(PipesHeld);

    /// <summary>Unknown: the connection was lost after the command was written.</summary>
    public const string ReplyLost = nameof(ReplyLost);
    /// <summary>Unknown: the agent was restarted after the command was written.</summary>
    public const string AgentRestarted = nameof(AgentRestarted);
    /// <summary>Unknown: the VM went away (reset, crash, end of QEMU) after the command was written.</summary>
    public const string VmLost = nameof(VmLost);
    /// <summary>Unknown: the session was lost, and no evidence could be had in time.</summary>
    public const string ReconcileTimeout = nameof(ReconcileTimeout);

    /// <summary>Undelivered: the intent could not be kept on disk, so that nothing was sent.</summary>
    public const string StoreUnavailable = nameof(StoreUnavailable);
    /// <summary>Skipped: more had gone wrong with other targets than the job bears.</summary>
    public const string ErrorBudget = nameof(ErrorBudget);
    /// <summary>Skipped: the job's own deadline passed before its turn came.</summary>
    public const string JobDeadline = nameof(JobDeadline);
    /// <summary>Skipped: it was as it should be already.</summary>
    public const string AlreadyInDesiredState = nameof(AlreadyInDesiredState);

    /// <summary>Unknown: the VM's node was lost after the command had gone to it, and did not come back in time to tell.</summary>
    public const string NodeLost = nameof(NodeLost);
    /// <summary>Unknown or Undelivered: the node stopped while the invocation was its own.</summary>
    public const string NodeStopped = nameof(NodeStopped);
}
