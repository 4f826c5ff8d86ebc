using System.Text.RegularExpressions;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Selectors;

namespace Orchestrator.Host.Cli.Diagnosis;

/// <summary>What to do for each reason: the last table of docs/OUTCOMES.md, word for word.</summary>
internal static partial class ReasonHints
{
    /// <summary>By reason, with code in backticks and <c>VM</c> in the place of the VM's name.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        [Reasons.AgentAbsent] = "Install and start `qemu-ga` in the guest. Without a channel: add the virtio-serial port (README.md) and name its socket.",
        [Reasons.AgentFrozen] = "Thaw first: `orchestrator ga -t VM guest-fsfreeze-thaw`.",
        [Reasons.AgentRestarted] = "Pids and file handles of before are void. Look in the guest whether the command ran; repeat if it only reads.",
        [Reasons.AgentUnresponsive] = "The agent hangs, often in a frozen or hung filesystem. Look at the guest's console. It is asked again with growing pauses, up to 30 s.",
        [Reasons.AlreadyInDesiredState] = "Nothing to do: it is as it should be.",
        [Reasons.ChecksumMismatch] = "Something else writes to the file, or the guest's disk is broken. Look at it, then repeat.",
        [Reasons.DisabledByGuest] = "The guest's administrator blocked the command: `block-rpcs` or `allow-rpcs` in its `qemu-ga.conf`.",
        [Reasons.ErrorBudget] = "More had gone wrong with other VMs than `--max-errors` or `--max-undelivered` bears. Look at those, then `orchestrator job retry JOB`.",
        [Reasons.ExitNonZero] = "Read the program's standard error in the outcome.",
        [Reasons.FileChanged] = "Something writes to the file. Repeat, or copy it in the guest first. A file of the kernel whose size is not its length: read it with `guest-view-file`.",
        [Reasons.FreezeHookAbsent] = "Nothing says that the guest has freeze hooks: give the VM the label `fsfreeze-hook=true`, or ask for less with `--require fs`.",
        [Reasons.FreezeLost] = "The guest thawed before its disks were done with: it was rebooted, its lease was too short, or somebody else thawed it. Take the snapshot again.",
        [Reasons.FsFrozen] = "A freeze lease of this node holds the guest's filesystems. It waits for the thaw, or thaw: `orchestrator ga -t VM guest-fsfreeze-thaw`.",
        [Reasons.FsFrozenForeign] = "Somebody else froze the guest's filesystems, a backup perhaps. Thaw when it is done: `orchestrator ga -t VM guest-fsfreeze-thaw`.",
        [Reasons.GroupFailed] = "Nothing is wrong with this VM: another one of its group failed, and `freeze` is all or none. Look at that one.",
        [Reasons.GuestError] = "`error.desc` has the agent's own words. With the effect `Unknown`, look before you repeat.",
        [Reasons.GuestProtocolViolation] = "The answer was dropped whole; `message` has the place in the schema and some of the bytes in hex. A broken or a hostile agent: trust nothing of this guest.",
        [Reasons.GuestQuarantined] = "The guest broke the protocol too often, or flooded its channel. `orchestrator vm get VM` shows the proof. Repair the guest, then `orchestrator vm release VM`.",
        [Reasons.HostUnreachable] = "QEMU is gone or its socket is, or the VM's node is; `message` says which. It is tried again with pauses of at most 5 s.",
        [Reasons.InvalidArgument] = "`message` names the argument. What this VM's QEMU takes: `GET /v1/vms/VM/schema/COMMAND`.",
        [Reasons.JobDeadline] = "The job's `--deadline` passed before its turn came. Nothing was sent: repeat, or give more time.",
        [Reasons.LeaseNotRecorded] = "The node's disk does not take the lease; `message` says why. Nothing was frozen.",
        [Reasons.MigrationFailed] = "The guest goes on at its source. `message` has QEMU's words; the destination's own log may have more: other hardware, another version, a disk that it cannot open.",
        [Reasons.MigrationNotConverged] = "The guest goes on at its source: it changes its memory faster than it is copied, or the time was too short. `--timeout`, `--max-bandwidth`, `--downtime`, `--auto-converge` or `--post-copy` help (docs/MIGRATING.md).",
        [Reasons.MonitorBusy] = "Another client holds the monitor. Give QEMU a second `-qmp` socket.",
        [Reasons.NoDestination] = "Nothing was changed. Start a QEMU with the same hardware and `-uuid` and `-incoming defer` there, or let it be started (docs/MIGRATING.md); `message` says what was missing.",
        [Reasons.NoWritableDisk] = "The VM writes to no disk: there is nothing to take a snapshot of.",
        [Reasons.NodeLost] = "The node that has the VM was lost after the command had gone to it, and did not come back in time to tell: look in the guest. 'orchestrator node ls' shows the nodes.",
        [Reasons.NodeStopped] = "The server was killed when the command may have been under way, and nothing in the guest tells whether it ran: look there. Else an actor of the server failed: its log says why. Report it.",
        [Reasons.NothingToFreeze] = "The agent found no filesystem to freeze: look at the mount points, or leave the VM to `--require any`.",
        [Reasons.OutputLost] = "`exec` has the exit code, `message` why the output did not come. Repeat if the program may run twice.",
        [Reasons.PipesHeld] = "The program has ended, and a child of it holds its output open, so the agent does not tell its exit code. Let the child redirect its output.",
        [Reasons.QemuUnresponsive] = "The QEMU process is stopped or its main loop hangs, often on storage. It is asked again with growing pauses, up to 30 s.",
        [Reasons.QmpError] = "`error.desc` has QEMU's own words.",
        [Reasons.QueueDeadline] = "Longer commands came before it. Repeat, or give more time with `--timeout`.",
        [Reasons.ReconcileTimeout] = "The VM did not come back in time to tell what became of the command. Look in the guest whether it ran; repeat if it only reads.",
        [Reasons.ReplyLost] = "The connection broke and is back. Look in the guest whether the command ran; repeat if it only reads.",
        [Reasons.ReplyTooLarge] = "Ask for less: a smaller `count`, less output.",
        [Reasons.Signaled] = "`exec.signal` has the number.",
        [Reasons.StillRunning] = "Ask with the pid: `orchestrator ga -t VM guest-exec-status pid=PID`.",
        [Reasons.StoreUnavailable] = "The node's disk or database does not take the intent; `message` says why. Nothing was sent: repeat when it does.",
        [Reasons.TransferAborted] = "The caller left, or its own file could not be written. Repeat.",
        [Reasons.Unsupported] = "The agent or QEMU is too old for the command, or was built without it.",
        [Reasons.VmBusy] = "Too many commands wait for this VM. Let some end.",
        [Reasons.VmLost] = "The VM ended, crashed or left while it had the command.",
        [Reasons.VmMigrating] = "The guest is not here. Ask where it runs.",
        [Reasons.VmNotFound] = "The VM left after the job began.",
        [Reasons.VmNotRunning] = "Start or reset the guest.",
        [Reasons.VmPaused] = "Resume it: `orchestrator qmp -t VM cont`. For `io-error`, repair the storage first.",
    };

    /// <summary>For people, with the name of a VM in the commands; <see langword="null"/> for a reason that this client does not know.</summary>
    /// <param name="reason">One of <see cref="Reasons"/>.</param>
    /// <param name="vm">Name of the VM, or a selector of several; <see langword="null"/> leaves <c>VM</c> where it is.</param>
    public static string? Of(string? reason, string? vm)
    {
        if (reason is null || !All.TryGetValue(reason, out var hint))
            return null;
        return Code().Replace(hint, code => $"'{(vm is null ? code.Groups[1].Value : Placeholder().Replace(code.Groups[1].Value, _ => vm))}'");
    }

    /// <inheritdoc cref="Of"/>
    public static string? OfVm(string? reason, string name) => Of(reason, TargetSelector.Quote(name) == name ? name : null);

    [GeneratedRegex("`([^`]*)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\bVM\b")]
    private static partial Regex Placeholder();
}
