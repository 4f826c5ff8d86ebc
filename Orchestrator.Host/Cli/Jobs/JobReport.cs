using System.Text.Json;
using Orchestrator.Host.Cli.Output;
using Orchestrator.Host.Cli.Results;

namespace Orchestrator.Host.Cli.Jobs;

/// <summary>Shows a job's outcomes: each as it comes for NDJSON, together at the end for the other forms.</summary>
/// <param name="form">What to show.</param>
/// <param name="output">Standard output.</param>
/// <param name="writeTable">The verb's own table, given the outcomes with what needs a person first.</param>
internal sealed class JobReport(ResultForm form, TerminalWriter output, Action<TerminalWriter, IReadOnlyList<OutcomeView>> writeTable)
{
    private readonly List<OutcomeView> _outcomes = [];
    private readonly List<OutcomeView> _hidden = [];
    private readonly HashSet<(string Host, string Name)> _seen = [];
    private OutcomeGroups? _groups;

    public JobTally Tally { get; } = new();

    /// <summary>Number of different outcomes so far; <see langword="null"/> where they are not compared.</summary>
    public int? Groups => _groups?.Count;

    /// <summary>Tells which job it is, before its first outcome; more than once does no harm.</summary>
    public void Begin(JobView job) => _groups ??= form.Groups ? new OutcomeGroups(IgnoredMembers.Of(job.Command, form.Ignored)) : null;

    /// <summary>Takes an outcome; one of a VM that already has its outcome is dropped.</summary>
    public void Add(OutcomeView outcome)
    {
        if (!_seen.Add((outcome.Host, outcome.Name)))
            return;
        Tally.Add(outcome);
        var isShown = form.Shown.Contains(OutcomeKind.Of(outcome.Phase));
        // What nobody will ask for again is not kept: a result can be large.
        if (form.Directory is not null || (isShown && !form.Streams))
            (isShown ? _outcomes : _hidden).Add(outcome);
        if (!isShown)
            return;
        _groups?.Add(outcome);
        if (!form.Streams)
            return;
        output.WriteDocument(JsonText.Line(outcome.Json) + "\n");
        output.Flush();
    }

    /// <summary>Shows what was not shown yet, and writes the files. Called once, also for a job that was left before its end.</summary>
    /// <exception cref="CliException">The VM to compare with has no result, or a file cannot be written.</exception>
    public void Complete(JobView job)
    {
        Begin(job);
        if (form.Directory is { } directory)
            new ResultDirectory(directory).Write(_outcomes, _hidden);
        if (form.Reference is { } reference)
            new Differences(_groups!, reference).Write(output, form.Format, job);
        else if (form.Aggregate is { } member)
            Aggregation.Of(_outcomes, member).Write(output, form.Format, job);
        else
            WriteOutcomes(job);
        output.Flush();
    }

    private void WriteOutcomes(JobView job)
    {
        switch (form.Format)
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
                FoldedOutcomes.Write(output, _groups!);
                break;
            default:
                writeTable(output, [.. _outcomes
                    .OrderBy(outcome => Phases.Severity(outcome.Phase))
                    .ThenBy(outcome => outcome.Name, NaturalOrder.Instance)
                    .ThenBy(outcome => outcome.Host, NaturalOrder.Instance)]);
                break;
        }
    }

    private JsonElement Document(JobView job) => JobDocument.Build(job, "items", writer =>
    {
        foreach (var outcome in _outcomes)
            outcome.Json.WriteTo(writer);
    });
}
