using Orchestrator.Bench.Fleet.Results;

namespace Orchestrator.Bench.Micro.Results;

/// <summary>Everything that a run found; the JSON file is this record.</summary>
/// <param name="Date">The day of the run (UTC), yyyy-MM-dd.</param>
/// <param name="Machine">On which it was measured.</param>
/// <param name="Rows">In the order of <see cref="MicroSuite.Classes"/>.</param>
public sealed record MicroReport(string Date, Machine Machine, IReadOnlyList<MicroRow> Rows);
