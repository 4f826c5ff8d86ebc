using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Orchestrator.Actors.Telemetry;

/// <summary>
/// Where all that the product measures of itself comes from. What happens often is only added to a number (<see cref="Tally"/>), which is read when somebody
/// asks: measuring costs the same whether or not anybody collects. Values are those of the process, which is one node.
/// </summary>
public static class ProductMeter
{
    /// <summary>Name of the meter and of the source of spans.</summary>
    public const string Name = "Orchestrator";

    /// <summary>Bounds of what takes from under a millisecond to a minute, in seconds.</summary>
    internal static readonly double[] DurationBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    /// <summary>All instruments are of this meter.</summary>
    public static Meter Instance { get; } = new(Name);

    /// <summary>All spans are of this source.</summary>
    public static ActivitySource Source { get; } = new(Name);

    /// <summary>A counter of something that has no labels.</summary>
    public static Tally Counter(string name, string unit, string description)
    {
        var tally = new Tally();
        Instance.CreateObservableCounter(name, () => tally.Value, unit, description);
        return tally;
    }

    /// <summary>A counter for each value of one label.</summary>
    public static Tallies Counter(string name, string unit, string description, string label, IReadOnlyList<string> values)
    {
        var tallies = new Tallies(label, values);
        Instance.CreateObservableCounter(name, tallies.Measure, unit, description);
        return tallies;
    }

    /// <summary>A number that goes up and down.</summary>
    public static Tally Level(string name, string unit, string description)
    {
        var tally = new Tally();
        Instance.CreateObservableUpDownCounter(name, () => tally.Value, unit, description);
        return tally;
    }

    /// <summary>Durations in seconds.</summary>
    public static Histogram<double> Durations(string name, string description) =>
        Instance.CreateHistogram(name, "s", description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = DurationBounds });
}
