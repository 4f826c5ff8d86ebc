namespace Orchestrator.Actors.Clustering;

/// <summary>The right to a duty, as the store gave it.</summary>
/// <param name="Duty">Name of the duty.</param>
/// <param name="Owner">Name of the node that has it.</param>
/// <param name="Epoch">Grows with each owner: what carries an older one is refused.</param>
public sealed record DutyClaim(string Duty, string Owner, long Epoch);
