using System.Text.RegularExpressions;
using Orchestrator.Actors.Controllers;
using Orchestrator.Actors.Controllers.Shipped.Backup;
using Orchestrator.Actors.Controllers.Shipped.Facts;
using Orchestrator.Actors.Controllers.Shipped.TimeSync;
using Orchestrator.Actors.Controllers.Shipped.Watchdog;

namespace Orchestrator.Actors.Tests.Controllers.Shipped;

/// <summary>docs/CONTROLLERS-SHIPPED.md has the options that there are, with their defaults.</summary>
public sealed partial class ShippedDocumentTests
{
    private static readonly string Document = Read();

    [Theory]
    [InlineData("time-sync")]
    [InlineData("backup")]
    [InlineData("watchdog")]
    [InlineData("facts")]
    public void Document_lists_the_options_of_a_controller(string name)
    {
        var error = Assert.Throws<ArgumentException>(() => Create(name, new Dictionary<string, string> { ["no-such-option"] = "" }));
        var options = error.Message[(error.Message.IndexOf("it has ", StringComparison.Ordinal) + 7)..].Split(", ");

        Assert.Equal(options, Options(name).Select(option => option.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("time-sync")]
    [InlineData("backup")]
    [InlineData("watchdog")]
    [InlineData("facts")]
    public void Documented_defaults_are_values_that_are_taken(string name)
    {
        var defaults = Options(name).Where(option => option.Default.Length > 0).ToDictionary(option => option.Name, option => option.Default);

        Assert.NotEmpty(defaults);
        Assert.Equal(name, Create(name, defaults).Name);
        Assert.Equal(Create(name, new Dictionary<string, string>()).Interval, Create(name, defaults).Interval);
    }

    /// <summary>Rows of the first table of a controller's chapter; a default that is not a value is empty.</summary>
    private static (string Name, string Default)[] Options(string controller)
    {
        var chapter = Document[Document.IndexOf($"\n## `{controller}`", StringComparison.Ordinal)..];
        var table = chapter[chapter.IndexOf("| option |", StringComparison.Ordinal)..];
        return [.. OptionRow().Matches(table[..table.IndexOf("\n\n", StringComparison.Ordinal)]).Select(row => (row.Groups[1].Value, row.Groups[2].Value))];
    }

    private static Controller Create(string name, Dictionary<string, string> values)
    {
        var options = new ControllerOptions(null, values);
        return name switch
        {
            "backup" => new BackupController(options),
            "facts" => new FactsController(options),
            "time-sync" => new TimeSyncController(options),
            _ => new WatchdogController(options),
        };
    }

    private static string Read()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "docs", "CONTROLLERS-SHIPPED.md");
            if (File.Exists(file))
                return File.ReadAllText(file);
        }
        throw new FileNotFoundException("docs/CONTROLLERS-SHIPPED.md");
    }

    [GeneratedRegex(@"^\| `([a-z-]+)` \| (?:`([^`]+)`)?", RegexOptions.Multiline)]
    private static partial Regex OptionRow();
}
