using System.Text;
using System.Text.Json;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Jobs;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Diagnosis;

/// <summary>Why an invocation ended as it did, in words.</summary>
/// <param name="Job">Id of its job.</param>
/// <param name="Name">The VM, with its VmHost if another has the same name.</param>
/// <param name="Outcome">How it ended. Its texts may be a guest's.</param>
internal sealed record OutcomeDiagnosis(string Job, string Name, OutcomeView Outcome)
{
    /// <summary>What is done about it; <see langword="null"/> if nothing needs to be.</summary>
    public string? Next => Outcome.Succeeded ? null : ReasonHints.OfVm(Outcome.Reason, Outcome.Name);

    /// <summary>All of it in one sentence, without what to do.</summary>
    public string Sentence => $"{Name} of job {Job} ended as {Outcome.Ending} after {Durations.Format(Outcome.ElapsedMs)}: {string.Join("; ", Evidence)}";

    public JsonElement Document() => JsonText.Build(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("job", Job);
        writer.WritePropertyName("outcome");
        Outcome.Json.WriteTo(writer);
        writer.WriteString("sentence", Sentence);
        if (Next is { } next)
            writer.WriteString("next", next);
        writer.WriteEndObject();
    });

    private IEnumerable<string> Evidence
    {
        get
        {
            if (Outcome.Json.Text("message") is { } message)
                yield return message;
            if (Outcome.Json.Member("error") is { } error)
                yield return $"{error.Text("class")}: {error.Text("desc")}";
            if (Outcome.Json.Member("exec")?.Number("pid") is { } pid && Outcome.ExitCode is null)
                yield return $"its process has the number {pid}";
            if (FirstLine("stderr") is { } written)
                yield return $"it wrote \"{written}\"";
            yield return Outcome.Json.Text("effect") switch
            {
                "None" => "nothing was changed in the guest (effect None)",
                "Applied" => "it ran in the guest (effect Applied)",
                "Unknown" => "it may have run in the guest, or not (effect Unknown)",
                var other => $"effect {other ?? "?"}",
            };
        }
    }

    private string? FirstLine(string stream) => Outcome.Succeeded || Outcome.ProgramBytes(stream) is not { Bytes.Length: > 0 } written
        ? null
        : Encoding.UTF8.GetString(written.Bytes).Split('\n')[0];
}
