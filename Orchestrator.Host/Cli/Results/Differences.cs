using System.Text.Json;
using Orchestrator.Host.Cli.Jobs;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Results;

/// <summary>The results of all VMs against those of one, or of the largest group: what has no result, then what differs, then one line for what does not.</summary>
/// <param name="groups">All outcomes.</param>
/// <param name="reference">Name of the VM to compare with; empty for the largest group.</param>
internal sealed class Differences(OutcomeGroups groups, string reference)
{
    /// <exception cref="CliException">The VM to compare with has no result.</exception>
    public void Write(TerminalWriter output, string format, JobView job)
    {
        var ordered = groups.Ordered();
        var compared = ordered.Where(group => group.First.HasResult).ToArray();
        var against = Reference(ordered, compared, job);
        switch (format)
        {
            case OutputFormat.Json:
                output.WriteDocument(JsonText.Document(Document(job, ordered, against)) + "\n");
                break;
            case OutputFormat.Yaml:
                output.WriteDocument(YamlText.Document(Document(job, ordered, against)));
                break;
            case OutputFormat.Ndjson:
                foreach (var group in ordered)
                    output.WriteDocument(JsonText.Line(JsonText.Build(writer => Write(writer, group, against))) + "\n");
                break;
            default:
                WriteText(output, ordered.Except(compared), compared, against);
                break;
        }
    }

    private static string TextOf(OutcomeGroup group) => group.Body.Status.Length > 0 ? $"{group.Body.Status}\n{group.Body.Content}" : group.Body.Content;

    private OutcomeGroup? Reference(IReadOnlyList<OutcomeGroup> all, OutcomeGroup[] compared, JobView job)
    {
        var largest = compared.MaxBy(group => group.Count);
        if (reference.Length == 0)
            return largest;
        if (compared.FirstOrDefault(group => group.Names.Contains(reference)) is { } named)
            return named;
        // A job that was left may not have brought it yet.
        if (!job.HasEnded)
            return largest;
        throw all.FirstOrDefault(group => group.Names.Contains(reference)) is { } without
            ? new CliException(ExitCodes.Error, $"there is nothing to compare with: '{reference}' has no result ({without.Body.Status})")
            : CliException.Usage($"--diff: '{reference}' is none of the VMs that are shown: name one of them, or none for the largest group");
    }

    private void WriteText(TerminalWriter output, IEnumerable<OutcomeGroup> without, OutcomeGroup[] compared, OutcomeGroup? against)
    {
        foreach (var group in without)
        {
            TerminalConsole.Write(output, group.Heading, Phases.Tone(group.First.Phase));
            output.WriteLine($": {group.Body.Status}");
        }
        if (against is null)
            return;
        var name = reference.Length > 0 && against.Names.Contains(reference) ? NodeSetText.Fold([reference]) : against.Heading;
        foreach (var group in compared.Where(group => group != against))
            DiffText.Write(output, name, group.Heading, UnifiedDiff.Of(TextOf(against), TextOf(group)));
        output.WriteLine($"{against.Heading}: no difference");
        if (against.Body.Left.Count > 0)
            output.WriteLine(FoldedOutcomes.NotCompared(against.Body));
    }

    private static JsonElement Document(JobView job, IReadOnlyList<OutcomeGroup> ordered, OutcomeGroup? against) => JobDocument.Build(job, "groups", writer =>
    {
        foreach (var group in ordered)
            Write(writer, group, against);
    });

    private static void Write(Utf8JsonWriter writer, OutcomeGroup group, OutcomeGroup? against)
    {
        writer.WriteStartObject();
        group.WriteTo(writer);
        if (group == against)
            writer.WriteBoolean("reference", true);
        else if (group.First.HasResult && against is not null)
            writer.WriteString("diff", DiffText.Of(UnifiedDiff.Of(TextOf(against), TextOf(group))));
        writer.WriteEndObject();
    }
}
