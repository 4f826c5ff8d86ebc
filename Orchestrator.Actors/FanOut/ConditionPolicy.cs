namespace Orchestrator.Actors.FanOut;

/// <summary>What is done with an invocation whose VM cannot take it now.</summary>
public enum ConditionChoice
{
    /// <summary>It ends at once as <see cref="Phase.Undelivered"/>.</summary>
    Fail,

    /// <summary>It waits (<see cref="PendingPhase.Blocked"/>) until the condition ends, at most until the job's delivery deadline.</summary>
    Wait,

    /// <summary>It ends at once as <see cref="Phase.Skipped"/>.</summary>
    Skip,

    /// <summary>It is sent all the same.</summary>
    Force,
}

/// <summary>A job's choices for VMs that cannot take its command now; <see langword="null"/> leaves it to the table of docs/OUTCOMES.md, by the command's class.</summary>
public sealed record ConditionPolicy
{
    /// <summary>Every choice left to the table.</summary>
    public static readonly ConditionPolicy Default = new();

    /// <summary>The guest's processors are stopped.</summary>
    public ConditionChoice? OnPaused { get; init; }

    /// <summary>The VM is at a migration's switchover, or only arriving.</summary>
    public ConditionChoice? OnMigrating { get; init; }

    /// <summary>The guest's filesystems are frozen.</summary>
    public ConditionChoice? OnFrozen { get; init; }

    /// <summary>No agent has opened the channel.</summary>
    public ConditionChoice? OnAbsent { get; init; }

    /// <summary>The agent, or QEMU, does not answer.</summary>
    public ConditionChoice? OnUnresponsive { get; init; }
}
