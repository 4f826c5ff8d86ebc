using System.Text;
using Orchestrator.Host.Cli.Copies;
using Orchestrator.Host.Cli.Jobs;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Results;

/// <summary>
/// A directory with a file for each VM's result, and lists of names by outcome. A file has its name only when it is whole; one of an earlier run whose VM has no result now is
/// removed, so that it is not taken for today's. Nothing is written outside, whatever the VMs are called.
/// </summary>
internal sealed class ResultDirectory(string path)
{
    private const string Cut = ".truncated";

    private static readonly (string Kind, string List)[] Lists =
        [(OutcomeKind.Ok, "succeeded"), (OutcomeKind.Failed, "failed"), (OutcomeKind.Unknown, "unknown"), (OutcomeKind.Undelivered, "undelivered")];

    /// <param name="shown">Outcomes whose results are written.</param>
    /// <param name="hidden">Outcomes that are in the lists only.</param>
    /// <exception cref="CliException">Something cannot be written.</exception>
    public void Write(IReadOnlyList<OutcomeView> shown, IReadOnlyList<OutcomeView> hidden)
    {
        try
        {
            Directory.CreateDirectory(path);
            foreach (var (name, outcome) in OutcomeNames.Of([.. shown, .. hidden]).Take(shown.Count))
                WriteResult(SafeFileName.Of(name), outcome);
            foreach (var (kind, list) in Lists)
                Put(SafeFileName.ListPrefix + list, Encoding.UTF8.GetBytes(ListOf([.. shown, .. hidden], kind)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Error, $"--outdir: cannot write to '{path}': {error.Message}");
        }
    }

    private void WriteResult(string file, OutcomeView outcome)
    {
        var result = outcome.ProgramBytes("stdout")
            ?? (outcome.Result is { } value ? (Encoding.UTF8.GetBytes(JsonText.Document(value) + "\n"), true) : null);
        var error = outcome.ProgramBytes("stderr") is { Bytes.Length: > 0 } written ? written : ((byte[], bool)?)null;
        Replace(file, result);
        Replace(file + ".err", error);
    }

    private void Replace(string file, (byte[] Bytes, bool IsWhole)? content)
    {
        var name = content is { IsWhole: false } ? file + Cut : content is null ? null : file;
        foreach (var old in ((string[])[file, file + Cut]).Where(old => old != name))
            File.Delete(Path.Combine(path, old));
        if (name is not null)
            Put(name, content!.Value.Bytes);
    }

    private void Put(string file, byte[] bytes)
    {
        using var partial = new PartialFile(Path.Combine(path, file));
        partial.Stream.Write(bytes);
        partial.Keep();
    }

    // As -t ^FILE reads it: a name a line. One with a new line in it cannot be read back, and must not look like two.
    private static string ListOf(IEnumerable<OutcomeView> outcomes, string kind) => string.Concat(outcomes
        .Where(outcome => OutcomeKind.Of(outcome.Phase) == kind)
        .Select(outcome => outcome.Name)
        .Distinct(StringComparer.Ordinal)
        .Order(NaturalOrder.Instance)
        .Select(name => TerminalText.EscapeLine(name) + "\n"));
}
