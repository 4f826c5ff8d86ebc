using System.Collections.Frozen;
using System.Text.Json;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Migration;

/// <summary>Which of the two QEMUs of a migration.</summary>
internal enum DriveSide
{
    /// <summary>It has the guest, until the switchover.</summary>
    Source,

    /// <summary>It waits for the guest (<c>inmigrate</c>).</summary>
    Destination,
}

/// <summary>What a QEMU says of itself before a migration: what it has, and how it is set.</summary>
/// <param name="Name">For people, e.g. <c>the destination web1 on h2 (QEMU 7.2.22)</c>.</param>
/// <param name="Capabilities">From <c>query-migrate-capabilities</c>.</param>
/// <param name="Parameters">From <c>query-migrate-parameters</c>, JSON each.</param>
/// <param name="RunState">From <c>query-status</c>.</param>
/// <param name="Migration">From <c>query-migrate</c>.</param>
internal sealed record MigrationFacts(
    string Name, FrozenDictionary<string, bool> Capabilities, FrozenDictionary<string, JsonElement> Parameters, string RunState, MigrationStatus Migration)
{
    /// <summary>What is asked, in the order in which the answers are read.</summary>
    public static readonly IReadOnlyList<EncodedCommand> Questions =
    [
        EncodedCommand.ForQmp("query-migrate-capabilities"),
        EncodedCommand.ForQmp("query-migrate-parameters"),
        EncodedCommand.ForQmp("query-status"),
        EncodedCommand.ForQmp("query-migrate"),
        EncodedCommand.ForQmp("query-chardev"),
    ];

    /// <summary>Where it listens for a migration already, as <c>migrate</c> wants it; <see langword="null"/> if it does not, or does not say.</summary>
    public string? Listening { get; init; }

    /// <summary>Directory of its monitor's Unix socket, where it may create another; <see langword="null"/> if it has none.</summary>
    public string? Directory { get; init; }

    /// <summary>Whether it has a capability at all.</summary>
    public bool Has(string capability) => Capabilities.ContainsKey(capability);

    /// <summary>From the answers to <see cref="Questions"/>.</summary>
    /// <returns>What it says; or why it cannot be known.</returns>
    public static (MigrationFacts? Facts, string? Trouble) Read(string name, IReadOnlyList<CommandResult> answers)
    {
        for (var at = 0; at < answers.Count; at++)
        {
            if (answers[at] is not CommandResult.Returned)
                return (null, $"{name}: {Questions[at].Name}: {DriveRules.Words(answers[at])}");
        }
        var told = answers.Select(answer => JsonElement.Parse(((CommandResult.Returned)answer).Value.Span)).ToArray();
        var capabilities = told[0].EnumerateArray().ToFrozenDictionary(
            capability => capability.GetProperty("capability").GetString()!, capability => capability.GetProperty("state").GetBoolean(), StringComparer.Ordinal);
        var parameters = told[1].EnumerateObject().ToFrozenDictionary(parameter => parameter.Name, parameter => parameter.Value, StringComparer.Ordinal);
        return (new MigrationFacts(name, capabilities, parameters, told[2].GetProperty("status").GetString()!, MigrationStatus.Read(answers[3])!)
        {
            Listening = ListeningAt(told[3]),
            Directory = DirectoryOf(told[4]),
        }, null);
    }

    private static string? ListeningAt(JsonElement migration)
    {
        if (!migration.TryGetProperty("socket-address", out var addresses) || addresses.GetArrayLength() == 0)
            return null;
        var address = addresses[0];
        return address.GetProperty("type").GetString() switch
        {
            "unix" => $"unix:{address.GetProperty("path").GetString()}",
            "inet" when address.GetProperty("host").GetString() is { } host => $"tcp:{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{address.GetProperty("port").GetString()}",
            _ => null,
        };
    }

    /// <summary>QEMU writes <c>unix:PATH,server=on</c> of a socket, with <c>disconnected:</c> before it while no client is there.</summary>
    private static string? DirectoryOf(JsonElement chardevs) => chardevs.EnumerateArray()
        .Select(chardev => chardev.GetProperty("filename").GetString()!)
        .Where(filename => filename.Contains("unix:/", StringComparison.Ordinal))
        .Select(filename => Path.GetDirectoryName(filename[(filename.IndexOf("unix:/", StringComparison.Ordinal) + "unix:".Length)..].Split(',')[0]))
        .FirstOrDefault();
}
