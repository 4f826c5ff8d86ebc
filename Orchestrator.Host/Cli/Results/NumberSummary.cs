using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Host.Cli.Results;

/// <summary>The least and the greatest of some numbers, with a VM that has each, and the average.</summary>
/// <param name="Count">How many numbers.</param>
/// <param name="Least">The least, and whose it is.</param>
/// <param name="Average">The arithmetic mean.</param>
/// <param name="Greatest">The greatest, and whose it is.</param>
internal sealed record NumberSummary(int Count, (string Name, double Value) Least, double Average, (string Name, double Value) Greatest)
{
    /// <summary>Of numbers with their VMs; <see langword="null"/> of none.</summary>
    public static NumberSummary? Of(IEnumerable<(string Name, double Value)> numbers)
    {
        var all = numbers.ToArray();
        return all.Length == 0 ? null : new NumberSummary(all.Length, all.MinBy(number => number.Value), all.Average(number => number.Value), all.MaxBy(number => number.Value));
    }

    /// <summary>Such as <c>min 1 (web1), avg 2.5, max 7 (web9) of 12 numbers</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"min {Least.Value:0.###} ({Least.Name}), avg {Average:0.###}, max {Greatest.Value:0.###} ({Greatest.Name}) of {Count} {(Count == 1 ? "number" : "numbers")}");

    /// <summary>A member <c>numbers</c>.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("numbers");
        writer.WriteNumber("count", Count);
        writer.WriteNumber("min", Least.Value);
        writer.WriteNumber("avg", Average);
        writer.WriteNumber("max", Greatest.Value);
        writer.WriteEndObject();
    }
}
