using System.Globalization;
using System.Text.RegularExpressions;

namespace Orchestrator.Host.Tests.Telemetry;

/// <summary>An answer of <c>GET /metrics</c>, in Prometheus' text format.</summary>
internal sealed partial class Scrape
{
    private const string Scope = "otel_scope_name";
    private readonly List<(string Name, Dictionary<string, string> Labels, double Value)> _samples = [];

    private Scrape(string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (TypeLine().Match(line) is { Success: true } type)
                Types[type.Groups[1].Value] = type.Groups[2].Value;
            else if (Sample().Match(line) is { Success: true } sample)
                _samples.Add((sample.Groups[1].Value, Label().Matches(sample.Groups[2].Value).ToDictionary(label => label.Groups[1].Value, label => label.Groups[2].Value), double.Parse(sample.Groups[3].Value, CultureInfo.InvariantCulture)));
        }
    }

    /// <summary>Type by name, e.g. <c>counter</c>.</summary>
    public Dictionary<string, string> Types { get; } = [];

    public static async Task<Scrape> OfAsync(HttpClient http) => new(await http.GetStringAsync("metrics"));

    /// <summary>Names of a metric's labels, without those of the format itself.</summary>
    public string[] LabelsOf(string metric) =>
        [.. _samples.Where(sample => sample.Name == metric || sample.Name == metric + "_count").SelectMany(sample => sample.Labels.Keys).Where(label => label != Scope).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Sum of the samples that have these labels among others.</summary>
    public double this[string name, params (string Name, string Value)[] labels] =>
        _samples.Where(sample => sample.Name == name && labels.All(label => sample.Labels.GetValueOrDefault(label.Name) == label.Value)).Sum(sample => sample.Value);

    /// <summary>Every value of every label.</summary>
    public IEnumerable<string> LabelValues => _samples.SelectMany(sample => sample.Labels.Values);

    /// <summary>Number of series of a metric.</summary>
    public int SeriesOf(string name) => _samples.Count(sample => sample.Name == name);

    [GeneratedRegex("^# TYPE ([a-z0-9_]+) ([a-z]+)$")]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"^([a-z0-9_]+)\{(.*)\} ([0-9.eE+-]+|NaN)$")]
    private static partial Regex Sample();

    [GeneratedRegex(@"([a-z_]+)=""([^""]*)""")]
    private static partial Regex Label();
}
