using System.Text.Encodings.Web;
using System.Text.Json;

namespace Orchestrator.Bench.Fleet.Results;

/// <summary>Keeps a report: DATE-fleet-N.md for people and DATE-fleet-N.json for programs. A later run of the same day replaces them.</summary>
public static class ReportFiles
{
    private static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes both files into <paramref name="directory"/>, created if need be. Returns the path of the page.</summary>
    public static async Task<string> WriteAsync(string directory, FleetReport report, string page, CancellationToken cancel)
    {
        Directory.CreateDirectory(directory);
        var name = Path.Combine(directory, $"{report.Date}-fleet-{report.Agents}");
        await File.WriteAllTextAsync(name + ".json", JsonSerializer.Serialize(report, Readable) + "\n", cancel);
        await File.WriteAllTextAsync(name + ".md", page, cancel);
        return name + ".md";
    }
}
