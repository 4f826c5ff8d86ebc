using Orchestrator.Actors.FanOut;

namespace Orchestrator.Host.Storage;

/// <summary>An outcome in a page of those that came together. The names are in the database.</summary>
/// <param name="Ordinal">Place in the job's target list.</param>
/// <param name="Outcome">As it is kept.</param>
internal readonly record struct StoredOutcome(int Ordinal, Outcome Outcome);
