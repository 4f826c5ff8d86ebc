namespace Orchestrator.Host.Health;

/// <summary>Answer of <c>GET /healthz</c> and <c>GET /readyz</c>.</summary>
/// <param name="Status">The worst of the checks.</param>
/// <param name="Checks">By name.</param>
public sealed record HealthView(CheckStatus Status, IReadOnlyList<CheckView> Checks);

/// <summary>One check.</summary>
/// <param name="Name">Stable.</param>
/// <param name="Status">How it is.</param>
/// <param name="Message">What is wrong, and what to do.</param>
public sealed record CheckView(string Name, CheckStatus Status, string? Message);
