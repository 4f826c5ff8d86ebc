namespace Orchestrator.Host.Health;

/// <summary>One thing that a node must have or be to be ready. Every one that is registered as a service is asked for <c>GET /readyz</c>.</summary>
internal interface INodeCheck
{
    /// <summary>Stable: lower-case words with <c>-</c>.</summary>
    string Name { get; }

    /// <summary>Looks now. What it throws, and that it does not end in time, is a failure.</summary>
    Task<CheckResult> CheckAsync(CancellationToken cancellationToken);
}
