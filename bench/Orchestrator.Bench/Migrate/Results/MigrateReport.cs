using Orchestrator.Bench.Fleet.Results;

namespace Orchestrator.Bench.Migrate.Results;

/// <summary>Everything that a run found; the JSON file is this record.</summary>
/// <param name="Date">The day of the run (UTC), yyyy-MM-dd.</param>
/// <param name="Migrations">In each mode.</param>
/// <param name="Nodes">1: between two QEMUs of one VmHost. 2: between the nodes of a cluster.</param>
/// <param name="MemoryMiB">Of the guest.</param>
/// <param name="Subscribers">To the VM's events.</param>
/// <param name="Modes">In the order of measuring.</param>
public sealed record MigrateReport(string Date, Machine Machine, int Migrations, int Nodes, int MemoryMiB, int Subscribers, IReadOnlyList<ModeSummary> Modes)
{
    /// <summary>Of a run.</summary>
    public static MigrateReport Of(MigrateOptions options, Machine machine, IReadOnlyList<ModeSummary> modes) => new(
        TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd"), machine, options.Migrations, options.Nodes, options.MemoryMiB, options.Subscribers, modes);

    /// <summary>What its files are called, without an extension.</summary>
    public string FileName() => $"{Date}-migrate-{Migrations}" + (Nodes == 1 ? "" : $"-nodes-{Nodes}");
}
