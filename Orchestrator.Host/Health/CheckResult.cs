namespace Orchestrator.Host.Health;

/// <summary>How one part of a node does. Stable names: safe to switch on.</summary>
public enum CheckStatus
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Something is wrong, and the node does its work all the same.</summary>
    Degraded,

    /// <summary>The node cannot do its work.</summary>
    Failing,
}

/// <summary>What a check found.</summary>
/// <param name="Status">How it is.</param>
/// <param name="Message">What is wrong, and what to do; <see langword="null"/> if nothing is.</param>
internal readonly record struct CheckResult(CheckStatus Status, string? Message = null)
{
    /// <summary>Nothing is wrong.</summary>
    public static readonly CheckResult Ok = new(CheckStatus.Ok);
}
