using System.Text.Json;
using Orchestrator.Bench.Micro.Results;

namespace Orchestrator.Bench.Micro.Budgets;

/// <summary>Bytes that benchmarks may allocate per operation, from a file. Times depend on the machine and the hour; allocations do not.</summary>
public sealed class AllocationBudget
{
    private static readonly JsonSerializerOptions Readable = new() { ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false };
    private readonly IReadOnlyDictionary<string, long> _bytes;
    private readonly string _file;

    private AllocationBudget(IReadOnlyDictionary<string, long> bytes, string file) => (_bytes, _file) = (bytes, file);

    /// <summary>Reads an object of names and bytes; comments may stand in it.</summary>
    /// <exception cref="BenchException">It is not there, or is something else.</exception>
    public static AllocationBudget Read(string file)
    {
        try
        {
            var bytes = JsonSerializer.Deserialize<Dictionary<string, long>>(File.ReadAllText(file), Readable) ?? [];
            return bytes.FirstOrDefault(entry => entry.Value < 0) is { Key: { } negative }
                ? throw new BenchException($"{file}: {negative} is below 0")
                : new AllocationBudget(bytes, file);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new BenchException($"the allocation budget cannot be read: {file}: {unreadable.Message}");
        }
    }

    /// <summary>The row with what it may allocate.</summary>
    public MicroRow Of(MicroRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row with { BudgetBytes = _bytes.TryGetValue(row.Name, out var bytes) ? bytes : null };
    }

    /// <summary>What is wrong, a sentence each; none if all is within the budget.</summary>
    /// <param name="rows">What was measured, with their budgets.</param>
    /// <param name="isWhole">Whether every benchmark was measured: then a budget of none is wrong too.</param>
    public IReadOnlyList<string> Violations(IReadOnlyCollection<MicroRow> rows, bool isWhole)
    {
        var exceeded = rows.Where(row => row.AllocatedBytes > row.BudgetBytes)
            .Select(row => $"{row.Name} allocates {row.AllocatedBytes} bytes, and its budget is {row.BudgetBytes}. Find what allocates, or raise the budget in {_file} and say why");
        var unknown = isWhole ? _bytes.Keys.Except(rows.Select(row => row.Name)).Select(name => $"{_file} has a budget for {name}, which is no benchmark. Remove it, or rename it with its benchmark") : [];
        return [.. exceeded, .. unknown];
    }
}
