using System.Diagnostics.Metrics;

namespace Orchestrator.Actors.Telemetry;

/// <summary>A <see cref="Tally"/> for each value of one label: a closed list, so that all are told from the start. Any thread.</summary>
/// <param name="label">Name of the label.</param>
/// <param name="values">Its values.</param>
public sealed class Tallies(string label, IReadOnlyList<string> values)
{
    private readonly long[] _values = new long[values.Count];
    private readonly KeyValuePair<string, object?>[] _labels = [.. values.Select(value => KeyValuePair.Create(label, (object?)value))];

    /// <summary>What came together at one place of the list.</summary>
    public long this[int index] => Interlocked.Read(ref _values[index]);

    /// <summary>Adds at one place of the list; negative numbers take away.</summary>
    public void Add(int index, long by = 1) => Interlocked.Add(ref _values[index], by);

    /// <summary>All of them, with their labels.</summary>
    public IEnumerable<Measurement<long>> Measure() => _labels.Select((value, index) => new Measurement<long>(this[index], value));
}
