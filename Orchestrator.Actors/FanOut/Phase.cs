namespace Orchestrator.Actors.FanOut;

/// <summary>Where an invocation ended. Exactly one per target. Stable names: safe to switch on.</summary>
public enum Phase
{
    /// <summary>The reply came; for a program, it ended with exit code 0.</summary>
    Succeeded,

    /// <summary>It ran and failed: non-zero exit code, or a signal.</summary>
    Failed,

    /// <summary>The agent, or QEMU, answered with an error.</summary>
    Refused,

    /// <summary>No byte of it was written.</summary>
    Undelivered,

    /// <summary>The deadline passed while evidence says that it still runs.</summary>
    TimedOut,

    /// <summary>Written, and no evidence of what became of it.</summary>
    Unknown,

    /// <summary>Cancelled before a byte was written.</summary>
    Cancelled,

    /// <summary>Deliberately not done.</summary>
    Skipped,
}

/// <summary>What provably happened in the guest. Drives retries, error budgets and exit codes.</summary>
public enum Effect
{
    /// <summary>Provably nothing changed in the guest.</summary>
    None,

    /// <summary>Provably ran.</summary>
    Applied,

    /// <summary>It may have run, or not.</summary>
    Unknown,
}
