namespace Orchestrator.Bench.Fleet.Clients.Server;

/// <summary>What a job's stream said.</summary>
/// <param name="Outcomes">Outcomes in the stream.</param>
/// <param name="Succeeded">Those of phase Succeeded.</param>
/// <param name="FirstOther">The line of the first outcome of another phase.</param>
public sealed record JobTally(int Outcomes, int Succeeded, string? FirstOther);
