using System.Globalization;

namespace Orchestrator.Bench.Scale.Nodes;

/// <summary>Reads Prometheus' text format as far as the benchmark needs it: samples of one name, added up.</summary>
public static class MetricsText
{
    /// <summary>A metric's samples, added up for each value of a label.</summary>
    /// <param name="text">Of <c>GET /metrics</c>.</param>
    /// <param name="name">The metric's whole name.</param>
    /// <param name="label">The label's name.</param>
    public static IReadOnlyDictionary<string, double> By(string text, string name, string label)
    {
        var mark = $"{label}=\"";
        return text.Split('\n')
            .Where(line => line.StartsWith(name + '{', StringComparison.Ordinal) && line.Contains(mark, StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf(mark, StringComparison.Ordinal) + mark.Length)..])
            .Select(rest => rest[..rest.IndexOf('"', StringComparison.Ordinal)])
            .Distinct()
            .ToDictionary(value => value, value => Sum(text, name, $"{mark}{value}\"") ?? 0);
    }

    /// <summary>The sum of a metric's samples.</summary>
    /// <param name="text">Of <c>GET /metrics</c>.</param>
    /// <param name="name">The metric's whole name.</param>
    /// <param name="label">What a sample's labels must hold, such as <c>agent="Ready"</c>; empty for any.</param>
    /// <returns><see langword="null"/> if there is none.</returns>
    public static double? Sum(string text, string name, string label = "")
    {
        double? sum = null;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (!line.StartsWith(name, StringComparison.Ordinal) || line.Length == name.Length || line[name.Length] is not ('{' or ' '))
                continue;
            var end = line.LastIndexOf('}');
            if (!line[..(end + 1)].Contains(label, StringComparison.Ordinal))
                continue;
            var rest = line[(end < 0 ? name.Length : end + 1)..].Trim();
            var space = rest.IndexOf(' ');
            sum = (sum ?? 0) + double.Parse(space < 0 ? rest : rest[..space], CultureInfo.InvariantCulture);
        }
        return sum;
    }
}
