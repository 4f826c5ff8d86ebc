using System.Globalization;
using System.Text;
using System.Text.Json;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Jobs;

/// <summary>One VM's outcome as the server tells it. Its texts come from guests: they are escaped where they are printed.</summary>
/// <param name="Json">All of it, for machine-readable output.</param>
internal sealed record OutcomeView(JsonElement Json)
{
    public string Name { get; } = Json.Text("name") ?? "?";

    public string Host { get; } = Json.Text("host") ?? "?";

    public string Phase { get; } = Json.Text("phase") ?? "?";

    public string? Reason { get; } = Json.Text("reason");

    public bool Succeeded => Phase == Phases.Succeeded;

    /// <summary>Whether it tells of a program that was started.</summary>
    public bool IsProgram => Exec is not null;

    /// <summary>Milliseconds from the VM's acceptance of the command to its end.</summary>
    public double ElapsedMs => Json.Number("elapsedMs") ?? 0;

    /// <summary>The program's exit code as a shell would give it: 128 + signal when a signal ended it; <see langword="null"/> without an end.</summary>
    public int? ExitCode => Exec?.Number("exitCode") is { } code ? (int)code
        : Exec?.Number("signal") is { } signal ? 128 + (int)signal
        : null;

    /// <summary>Why it did not succeed, in words: the server's message, else the peer's own error.</summary>
    public string Explanation => Json.Text("message") ?? Json.Member("error")?.Text("desc") ?? "";

    /// <summary>How it ended in a few words, such as <c>Failed ExitNonZero (exit 2)</c>.</summary>
    public string Ending => string.Join(' ', ((string?[])[Phase, Reason, !Succeeded && ExitCode is { } code ? string.Create(CultureInfo.InvariantCulture, $"(exit {code})") : null]).OfType<string>());

    /// <summary>Whether there is something that can be compared with what other VMs answered: a reply, or the output of a program that ended.</summary>
    public bool HasResult => Succeeded || ExitCode is not null;

    private JsonElement? Exec => Json.Member("exec");

    /// <summary>The reply's value; <see langword="null"/> when there is none.</summary>
    public JsonElement? Result => Json.Member("result");

    /// <summary>The reply's value on one line; empty when there is none.</summary>
    public string ResultLine => Result is { } result ? JsonText.Line(result) : "";

    /// <summary>The reply's value on several lines; empty when there is none.</summary>
    public string ResultDocument => Result is { } result ? JsonText.Document(result) : "";

    /// <summary>What came back as a value: the reply, or of a program its standard output, as JSON where it is that, else as a string without its last newline.</summary>
    public JsonElement? Value => Exec is null ? Result : ProgramValue();

    /// <summary>A stream of the program (<c>stdout</c>, <c>stderr</c>) as its bytes; <see langword="null"/> if there is none.</summary>
    public (byte[] Bytes, bool IsWhole)? ProgramBytes(string stream)
    {
        if (Exec?.Member(stream) is not { } written)
            return null;
        var bytes = written.Text("text") is { } text ? Encoding.UTF8.GetBytes(text)
            : written.Member("base64") is { } base64 && base64.TryGetBytesFromBase64(out var decoded) ? decoded
            : [];
        return (bytes, ExitCode is not null && !written.IsTrue("truncated"));
    }

    /// <summary>What the program wrote: standard output, then standard error; bytes that are not UTF-8 are shown as U+FFFD.</summary>
    public string ProgramOutput => Stream("stdout") + Stream("stderr");

    private JsonElement ProgramValue()
    {
        var text = Encoding.UTF8.GetString(ProgramBytes("stdout")?.Bytes ?? []);
        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            return JsonText.Build(writer => writer.WriteStringValue(text.EndsWith('\n') ? text[..^1] : text));
        }
    }

    private string Stream(string name)
    {
        if (Exec?.Member(name) is not { } stream)
            return "";
        var text = stream.Text("text") ?? (stream.Member("base64") is { } base64 && base64.TryGetBytesFromBase64(out var bytes) ? Encoding.UTF8.GetString(bytes) : "");
        return stream.IsTrue("truncated") ? $"{EndLine(text)}[{name} was cut by the guest's agent]\n" : EndLine(text);
    }

    private static string EndLine(string text) => text.Length == 0 || text.EndsWith('\n') ? text : text + "\n";
}
