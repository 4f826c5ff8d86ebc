using System.Text.Encodings.Web;
using System.Text.Json;

namespace Orchestrator.Bench.Fleet.Results;

/// <summary>Keeps a report: NAME.md for people and NAME.json for programs, where NAME is DATE-fleet-N or DATE-hostile-N. A later run of the same day replaces them.</summary>
public static class ReportFiles
{
    private static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes both files into <paramref name="directory"/>, created if need be. Returns the path of the page.</summary>
    public static async Task<string> WriteAsync<TReport>(string directory, string name, TReport report, string page, CancellationToken cancel)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, name);
        await File.WriteAllTextAsync(path + ".json", JsonSerializer.Serialize(report, Readable) + "\n", cancel);
        await File.WriteAllTextAsync(path + ".md", page, cancel);
        return path + ".md";
    }
}
