namespace Orchestrator.Bench.Fleet.Clients.Server;

/// <summary>The part of an outcome (docs/API.md) that says how one command ended.</summary>
/// <param name="Phase">Such as Succeeded.</param>
/// <param name="Reason">Such as GuestQuarantined; <see langword="null"/> of a success.</param>
public sealed record CallOutcome(string Phase, string? Reason);
