using System.Text.Json;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Jobs;

/// <summary>Bodies of <c>POST /v1/jobs</c> (docs/API.md, JobRequest).</summary>
internal static class JobRequest
{
    /// <param name="target">Selector.</param>
    /// <param name="command">A <c>guest-*</c> or QMP command.</param>
    /// <param name="arguments">Its arguments object; <see langword="null"/> for none.</param>
    /// <param name="options">Writes the members that every job may have.</param>
    public static byte[] Command(string target, string command, JsonElement? arguments, Action<Utf8JsonWriter> options) => Write(target, options, writer =>
    {
        writer.WriteString("command", command);
        if (arguments is { } value)
        {
            writer.WritePropertyName("arguments");
            value.WriteTo(writer);
        }
    });

    /// <param name="target">Selector.</param>
    /// <param name="argv">The program and its arguments; no shell.</param>
    /// <param name="environment"><c>NAME=value</c> each.</param>
    /// <param name="input">The program's standard input; <see langword="null"/> for none.</param>
    /// <param name="fullOutput">All output, also beyond the agent's cap.</param>
    /// <param name="options">Writes the members that every job may have.</param>
    public static byte[] Program(string target, IReadOnlyList<string> argv, IReadOnlyList<string> environment, byte[]? input, bool fullOutput, Action<Utf8JsonWriter> options) => Write(target, options, writer =>
    {
        writer.WriteStartObject("run");
        WriteStrings(writer, "argv", argv);
        if (environment.Count > 0)
            WriteStrings(writer, "env", environment);
        if (input is not null)
            writer.WriteBase64String("input", input);
        if (fullOutput)
            writer.WriteBoolean("fullOutput", true);
        writer.WriteEndObject();
    });

    /// <param name="target">Selector.</param>
    /// <param name="migration">Writes the members that say how.</param>
    /// <param name="options">Writes the members that every job may have.</param>
    public static byte[] Migration(string target, Action<Utf8JsonWriter> migration, Action<Utf8JsonWriter> options) => Write(target, options, writer =>
    {
        writer.WriteStartObject("migrate");
        migration(writer);
        writer.WriteEndObject();
    });

    /// <summary>In milliseconds, rounded up; nothing for <see langword="null"/>.</summary>
    public static void WriteDuration(Utf8JsonWriter writer, string name, TimeSpan? duration)
    {
        if (duration is { } given)
            writer.WriteNumber(name, (long)Math.Ceiling(given.TotalMilliseconds));
    }

    /// <summary>An array of strings.</summary>
    public static void WriteStrings(Utf8JsonWriter writer, string name, IEnumerable<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }

    private static byte[] Write(string target, Action<Utf8JsonWriter> options, Action<Utf8JsonWriter> body) => JsonText.Bytes(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("target", target);
        body(writer);
        options(writer);
        writer.WriteEndObject();
    });
}
