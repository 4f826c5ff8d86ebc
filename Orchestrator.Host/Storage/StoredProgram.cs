using Orchestrator.Actors.FanOut;

namespace Orchestrator.Host.Storage;

/// <summary>A program in a page of those that were started together. The names are in the database.</summary>
/// <param name="Ordinal">Place in the job's target list.</param>
/// <param name="Program">Where its end is asked for.</param>
internal readonly record struct StoredProgram(int Ordinal, ExecEvidence Program);
