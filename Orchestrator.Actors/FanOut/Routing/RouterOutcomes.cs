namespace Orchestrator.Actors.FanOut.Routing;

/// <summary>Outcomes that a <see cref="ClusterRouter"/> itself gives: of what no VM answers for. The job puts the VM's name on them.</summary>
internal static class RouterOutcomes
{
    /// <summary>No VM of this node has the path and the identity.</summary>
    /// <param name="isReconciliation">Whether the command may have been sent before.</param>
    public static Outcome NotFound(bool isReconciliation) => isReconciliation
        ? Of(Phase.Unknown, Reasons.VmLost, Effect.Unknown, "the command may have been sent before the node was stopped, and the VM left before it could be asked")
        : Of(Phase.Undelivered, Reasons.VmNotFound, Effect.None, "the VM left before its turn came");

    /// <summary>The job was stopped.</summary>
    public static Outcome Stopped() => Of(Phase.Cancelled, null, Effect.None, "the job was stopped before it was sent");

    /// <summary>Too much of the job, or of all jobs, waits to be acknowledged.</summary>
    public static Outcome Busy(string node) => Of(Phase.Undelivered, Reasons.VmBusy, Effect.None, $"node {node} holds as many outcomes as it can that nobody has acknowledged: nothing was sent");

    /// <summary>This node cannot make the command of what it was told.</summary>
    public static Outcome Unreadable(string node, string why) => Of(Phase.Refused, Reasons.Unsupported, Effect.None, $"node {node} cannot send this command, its schemas are others: {why}");

    /// <summary>The command is not one that can go to another node.</summary>
    public static Outcome Elsewhere(string node) =>
        Of(Phase.Undelivered, Reasons.HostUnreachable, Effect.None, $"the file is a stream of another node's: ask node {node} itself, which has the VM");

    /// <summary>The deadline passed while the command was on its way.</summary>
    public static Outcome TooLate(bool isReconciliation) => isReconciliation
        ? Of(Phase.Unknown, Reasons.ReconcileTimeout, Effect.Unknown, "the command may have been sent before the node was stopped, and the deadline passed before the VM could be asked")
        : Of(Phase.Undelivered, Reasons.QueueDeadline, Effect.None, "the deadline passed before the command had come to the VM's node");

    /// <summary>An outcome without its large parts, which could not be kept.</summary>
    public static Outcome WithoutOutput(Outcome outcome, string node, string why) => outcome with
    {
        Phase = outcome.Phase == Phase.Succeeded ? Phase.Failed : outcome.Phase,
        Reason = outcome.Phase == Phase.Succeeded ? Reasons.OutputLost : outcome.Reason,
        Message = $"{(outcome.Message is { } said ? said + "; " : "")}its output is lost, node {node} could not keep it: {why}",
        Result = Small(outcome.Result),
        Exec = outcome.Exec is { } exec
            ? exec with
            {
                Stdout = Small(exec.Stdout),
                StdoutTruncated = exec.StdoutTruncated || exec.Stdout.Length > WireLimits.MaxPart,
                Stderr = Small(exec.Stderr),
                StderrTruncated = exec.StderrTruncated || exec.Stderr.Length > WireLimits.MaxPart,
            }
            : null,
    };

    private static ReadOnlyMemory<byte> Small(ReadOnlyMemory<byte> bytes) => bytes.Length > WireLimits.MaxPart ? default : bytes;

    private static Outcome Of(Phase phase, string? reason, Effect effect, string message) => new() { Name = "", Host = "", Phase = phase, Reason = reason, Effect = effect, Message = message };
}
