namespace Orchestrator.Actors.FanOut;

/// <summary>Where an invocation stands that has not ended. Stable names: safe to switch on.</summary>
public enum PendingPhase
{
    /// <summary>Accepted; it waits for its wave, a slot or a token of the job's pace.</summary>
    Queued,

    /// <summary>Its VM cannot take it now, and the policy is to wait.</summary>
    Blocked,

    /// <summary>Given to its VM. For a command that changes the guest, the intent is on disk; no byte of it may have been written yet.</summary>
    Dispatched,

    /// <summary>The agent has started the program; its pid is known.</summary>
    Running,

    /// <summary>It was sent by a session that is gone, and its VM is asked for evidence.</summary>
    Reconciling,

    /// <summary>Its cancellation was asked for after it had been sent.</summary>
    Cancelling,
}

/// <summary>A step of an invocation on its way, told only where somebody gains by it: blocked, started, reconciling.</summary>
/// <param name="Phase">Where it stands now.</param>
/// <param name="Reason">With <see cref="PendingPhase.Blocked"/>: one of <see cref="Reasons"/>.</param>
/// <param name="Evidence">With <see cref="PendingPhase.Running"/>: what finds the program again.</param>
internal sealed record InvocationProgress(PendingPhase Phase, string? Reason = null, ExecEvidence? Evidence = null);

/// <summary>What finds a program again after the node was killed.</summary>
/// <param name="Pid">The guest's process id.</param>
/// <param name="Agent">Which process the agent is that started it (<c>AgentProcess</c>); <see langword="null"/> where the guest cannot tell.</param>
public sealed record ExecEvidence(long Pid, string? Agent);
