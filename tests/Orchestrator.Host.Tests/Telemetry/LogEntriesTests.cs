using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Orchestrator.Actors.Telemetry;
using Orchestrator.Host.Serving;
using Orchestrator.Host.Tests.Docs;

namespace Orchestrator.Host.Tests.Telemetry;

/// <summary>The numbered entries of the log: each number once, in the range of its area, and in docs/OPERATIONS.md.</summary>
public sealed partial class LogEntriesTests
{
    private static readonly (string Namespace, int From)[] Areas =
    [
        ("Orchestrator.Host.Serving", 1000), ("Orchestrator.Host.Api", 1100), ("Orchestrator.Host.Endpoints", 1200), ("Orchestrator.Host.Storage", 1300), ("Orchestrator.Actors.Controllers", 1400),
        ("Orchestrator.Actors.Events", 1500), ("Orchestrator.Actors.Events.Subscriptions", 1600), ("Orchestrator.Actors.Vms", 1700), ("Orchestrator.Actors.Freezing", 1800),
        ("Orchestrator.Actors.Clustering", 1900), ("Orchestrator.Host.Clustering", 1900), ("Orchestrator.Actors.Migration", 2100),
    ];

    private static readonly (Type Type, LoggerMessageAttribute Entry)[] Entries =
    [
        .. ((Assembly[])[typeof(ProductMeter).Assembly, typeof(Server).Assembly])
            .SelectMany(assembly => assembly.GetTypes())
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).Select(method => (type, method.GetCustomAttribute<LoggerMessageAttribute>()!)))
            .Where(entry => entry.Item2 is not null),
    ];

    [Fact]
    public void Documented_entries_are_those_of_the_code()
    {
        var documented = Row().Matches(Repository.Read("docs/OPERATIONS.md")).Select(row => $"{row.Groups[1].Value} {row.Groups[2].Value}").ToArray();

        Assert.True(documented.Length > 25);
        Assert.Equal(Entries.Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Entry.EventId} {entry.Entry.Level}")).Order(StringComparer.Ordinal), documented);
        Assert.Equal(documented.Length, documented.Select(row => row[..4]).Distinct().Count());
    }

    [Fact]
    public void Every_number_is_in_the_range_of_its_area() => Assert.All(Entries, entry =>
    {
        var (area, from) = Areas.Where(area => $"{entry.Type.Namespace}.".StartsWith($"{area.Namespace}.", StringComparison.Ordinal)).MaxBy(area => area.Namespace.Length);
        Assert.True(area is not null, $"{entry.Type}: no area");
        Assert.True(entry.Entry.EventId > from && entry.Entry.EventId < from + 100, $"{entry.Type}: {entry.Entry.EventId} is not of {area}");
    });

    [Fact]
    public void Documented_areas_are_these()
    {
        var documented = Area().Matches(Repository.Read("docs/OPERATIONS.md")).Select(row => int.Parse(row.Groups[1].Value, CultureInfo.InvariantCulture));

        Assert.Equal(Areas.Select(area => area.From).Distinct().Order(), documented);
    }

    [Fact]
    public void No_actor_writes_what_has_no_number()
    {
        var sources = Directory.EnumerateFiles(Repository.PathOf("Orchestrator.Actors"), "*.cs", SearchOption.AllDirectories).Where(path => !path.Contains("/obj/", StringComparison.Ordinal)).ToArray();

        Assert.True(sources.Length > 200);
        Assert.DoesNotContain(sources, path => File.ReadAllText(path).Contains(".GetLogger(", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^\| ([12]\d{3}) \| (Debug|Information|Warning|Error) \| ", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^\| ([12]\d00)–[12]\d99 \| ", RegexOptions.Multiline)]
    private static partial Regex Area();
}
