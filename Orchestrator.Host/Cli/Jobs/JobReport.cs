using System.Text.Json;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Jobs;

/// <summary>Shows a job's outcomes: each as it comes for NDJSON, together at the end for the other forms.</summary>
/// <param name="format">One of <see cref="OutputFormat"/>.</param>
/// <param name="output">Standard output.</param>
/// <param name="writeTable">The verb's own table, given the outcomes with what needs a person first.</param>
internal sealed class JobReport(string format, TerminalWriter output, Action<TerminalWriter, IReadOnlyList<OutcomeView>> writeTable)
{
    private readonly List<OutcomeView> _outcomes = [];
    private readonly HashSet<(string Host, string Name)> _seen = [];

    public JobTally Tally { get; } = new();

    /// <summary>Takes an outcome; one of a VM that already has its outcome is dropped.</summary>
    public void Add(OutcomeView outcome)
    {
        if (!_seen.Add((outcome.Host, outcome.Name)))
            return;
        Tally.Add(outcome);
        if (format != OutputFormat.Ndjson)
        {
            _outcomes.Add(outcome);
            return;
        }
        output.WriteDocument(JsonText.Line(outcome.Json) + "\n");
        output.Flush();
    }

    /// <summary>Shows what was not shown yet. Called once, also for a job that was left before its end.</summary>
    public void Complete(JobView job)
    {
        switch (format)
        {
            case OutputFormat.Ndjson:
                break;
            case OutputFormat.Json:
                output.WriteDocument(JsonText.Document(Document(job)) + "\n");
                break;
            case OutputFormat.Yaml:
                output.WriteDocument(YamlText.Document(Document(job)));
                break;
            case OutputFormat.Fold:
                FoldedOutcomes.Write(output, _outcomes);
                break;
            default:
                writeTable(output, [.. _outcomes
                    .OrderBy(outcome => Phases.Severity(outcome.Phase))
                    .ThenBy(outcome => outcome.Name, NaturalOrder.Instance)
                    .ThenBy(outcome => outcome.Host, NaturalOrder.Instance)]);
                break;
        }
        output.Flush();
    }

    private JsonElement Document(JobView job) => JsonText.Build(writer =>
    {
        writer.WriteStartObject();
        writer.WritePropertyName("job");
        job.Json.WriteTo(writer);
        writer.WriteStartArray("items");
        foreach (var outcome in _outcomes)
            outcome.Json.WriteTo(writer);
        writer.WriteEndArray();
        writer.WriteEndObject();
    });
}
