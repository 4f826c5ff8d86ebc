namespace Orchestrator.Bench.Micro.Results;

/// <summary>What a benchmark measured, per operation.</summary>
/// <param name="Name">As <see cref="MicroSuite.NameOf"/> has it.</param>
/// <param name="Nanoseconds">Mean time.</param>
/// <param name="Deviation">Standard deviation of that, ns.</param>
/// <param name="AllocatedBytes">Managed memory, of all threads.</param>
/// <param name="Ratio">Mean time over that of the baseline in its class; <see langword="null"/> without one.</param>
public sealed record MicroRow(string Name, double Nanoseconds, double Deviation, long AllocatedBytes, double? Ratio)
{
    /// <summary>What it may allocate; <see langword="null"/> if nothing limits it.</summary>
    public long? BudgetBytes { get; init; }
}
