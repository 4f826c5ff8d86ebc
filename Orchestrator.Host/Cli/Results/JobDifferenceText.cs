using System.Globalization;
using System.Text.Json;
using Orchestrator.Host.Cli.Jobs;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Results;

/// <summary>Shows what is other in a job than in an earlier one.</summary>
/// <param name="earlier">The job that is compared with.</param>
/// <param name="later">The job that was asked for.</param>
/// <param name="difference">What is other.</param>
internal sealed class JobDifferenceText(JobView earlier, JobView later, JobDifference difference)
{
    public void Write(TerminalWriter output, string format)
    {
        switch (format)
        {
            case OutputFormat.Json:
                output.WriteDocument(JsonText.Document(Document()) + "\n");
                break;
            case OutputFormat.Yaml:
                output.WriteDocument(YamlText.Document(Document()));
                break;
            case OutputFormat.Ndjson:
                foreach (var change in difference.Changes)
                    output.WriteDocument(JsonText.Line(JsonText.Build(writer => Write(writer, change))) + "\n");
                break;
            default:
                foreach (var change in difference.Changes)
                    WriteText(output, change);
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{difference.Same} {(difference.Same == 1 ? "VM" : "VMs")} as before"));
                break;
        }
    }

    private void WriteText(TerminalWriter output, JobChange change)
    {
        var (what, names) = (change.What, OutcomeGroup.HeadingOf(change.Names));
        var isResult = what.Was == what.Now;
        TerminalConsole.Write(output, names, isResult ? Tone.Warning : Phases.Tone(what.Now?.Split(' ')[0] ?? ""));
        output.WriteLine(isResult ? $": {what.Now}, another result" : $": {what.Was ?? $"no target of {earlier.Id}"} -> {what.Now ?? $"no target of {later.Id}"}");
        if (what.Before != what.After)
            DiffText.Write(output, $"{names} {earlier.Id}", $"{names} {later.Id}", UnifiedDiff.Of(what.Before, what.After));
    }

    private JsonElement Document() => JobDocument.Build(
        later,
        "changes",
        writer =>
        {
            foreach (var change in difference.Changes)
                Write(writer, change);
        },
        writer =>
        {
            writer.WritePropertyName("other");
            earlier.Json.WriteTo(writer);
            writer.WriteNumber("same", difference.Same);
        });

    private static void Write(Utf8JsonWriter writer, JobChange change)
    {
        writer.WriteStartObject();
        VmNames.WriteTo(writer, change.Names);
        if (change.What.Was is { } was)
            writer.WriteString("was", was);
        if (change.What.Now is { } now)
            writer.WriteString("now", now);
        if (change.What.Before != change.What.After)
            writer.WriteString("diff", DiffText.Of(UnifiedDiff.Of(change.What.Before, change.What.After)));
        writer.WriteEndObject();
    }
}
