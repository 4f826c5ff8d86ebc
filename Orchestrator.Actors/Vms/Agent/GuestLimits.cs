namespace Orchestrator.Actors.Vms.Agent;

/// <summary>
/// What a guest may do within <see cref="Window"/> before it is quarantined. Answers that fit what was asked are in no budget but
/// <see cref="MaxTokens"/>: how large they may be follows from the question.
/// </summary>
public sealed record GuestLimits
{
    /// <summary>The counts begin anew after it.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Bytes that are part of no answer, beyond the rest of one unfinished answer (72 MiB).</summary>
    public long MaxUnaskedBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Messages that answer nothing while the channel is not synchronized. An honest agent sends one or two per synchronization.</summary>
    public int MaxStaleMessages { get; init; } = 1000;

    /// <summary>Answers that break a rule, and messages that answer nothing on a synchronized channel. An honest agent sends none.</summary>
    public int MaxViolations { get; init; } = 30;

    /// <summary>JSON tokens of all answers. An agent that answers 2,000 commands a second with 500 tokens each stays below.</summary>
    public long MaxTokens { get; init; } = 128 * 1024 * 1024;

    /// <summary>Openings and closings of the agent's port that QEMU tells of, at most one a second. A restart of the agent is one or two.</summary>
    public int MaxPortChanges { get; init; } = 30;
}
