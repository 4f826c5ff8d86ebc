namespace Orchestrator.Actors.FanOut;

/// <summary>Where a job stands. Stable names: safe to switch on.</summary>
public enum JobPhase
{
    /// <summary>Outcomes are still to come.</summary>
    Running,

    /// <summary>Nothing new is begun until it is resumed; what was begun goes on.</summary>
    Paused,

    /// <summary>Every target succeeded, or was as it should be already.</summary>
    Succeeded,

    /// <summary>Every target has its outcome, and not all succeeded.</summary>
    Partial,

    /// <summary>Halted: more errors, or more undelivered, than its pace bears.</summary>
    Failed,

    /// <summary>Cancelled before every target was sent.</summary>
    Cancelled,

    /// <summary>Its own deadline passed before every target was begun.</summary>
    Expired,
}

/// <summary>Immutable view of a job: what was asked, of whom, and how many ended how.</summary>
public sealed record JobSnapshot
{
    /// <summary>ULID: sorts by creation time.</summary>
    public required string Id { get; init; }

    /// <summary>The command, e.g. <c>guest-ping</c>; <c>run</c> for a program.</summary>
    public required string Command { get; init; }

    /// <summary>The selector as it was written.</summary>
    public required string Target { get; init; }

    /// <summary>Where the job stands.</summary>
    public required JobPhase Phase { get; init; }

    /// <summary>Number of VMs in the frozen target list.</summary>
    public required int Targets { get; init; }

    /// <summary>Number of outcomes so far, by phase; phases without any are left out.</summary>
    public required IReadOnlyDictionary<Phase, int> Counts { get; init; }

    /// <summary>Number of outcomes so far, by reason.</summary>
    public required IReadOnlyDictionary<string, int> Reasons { get; init; }

    /// <summary>When the gateway accepted it.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the last outcome came; <see langword="null"/> while running.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>From acceptance to the last outcome, or to now.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Whether somebody has cancelled it.</summary>
    public bool CancelRequested { get; init; }

    /// <summary>Why the job is, as its caller said.</summary>
    public string? Comment { get; init; }

    /// <summary>The job whose targets this one tries again.</summary>
    public string? RetryOf { get; init; }

    /// <summary>Its place in its caller's trace, as a W3C <c>traceparent</c>; <see langword="null"/> if it came without one.</summary>
    public string? Traceparent { get; init; }

    /// <summary>For people: why it was halted, or what of it could not be kept on disk.</summary>
    public string? Message { get; init; }

    /// <summary>In a cluster: the process of each node (<c>NodeInfo.Incarnation</c>) that got the job's commands last; <see langword="null"/> without one.</summary>
    public IReadOnlyDictionary<string, int>? Routers { get; init; }

    /// <summary>Whether every target has its outcome.</summary>
    public bool HasEnded => Phase is not (JobPhase.Running or JobPhase.Paused);
}
