using System.Security.Cryptography;
using System.Text;
using Orchestrator.Host.Cli.Jobs;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Results;

/// <summary>What of an outcome is compared with others.</summary>
/// <param name="Status">How it ended, in one line; empty for a success.</param>
/// <param name="Content">What the program wrote, or the reply without what is ignored; several lines, still unescaped.</param>
/// <param name="Left">The ignored members that were there.</param>
internal sealed record OutcomeBody(string Status, string Content, IReadOnlyList<string> Left)
{
    /// <summary>Equal for outcomes that are alike, whatever the order of members: short, also where the content is long.</summary>
    public required string Key { get; init; }

    public static OutcomeBody Of(OutcomeView outcome, IgnoredMembers ignored)
    {
        var (status, written) = (StatusOf(outcome), outcome.ProgramOutput);
        if (written.Length > 0 || outcome.Result is not { } result)
            return new OutcomeBody(status, written, []) { Key = KeyOf(status, written) };
        var (value, left) = ignored.Strip(result);
        return new OutcomeBody(status, value is { } kept ? JsonText.Document(kept) : "", left) { Key = KeyOf(status, value is { } compared ? JsonText.Line(JsonText.Sorted(compared)) : "") };
    }

    private static string StatusOf(OutcomeView outcome)
    {
        if (outcome.Succeeded)
            return "";
        return TerminalText.EscapeLine(outcome.Explanation.Length > 0 ? $"{outcome.Ending}: {outcome.Explanation}" : outcome.Ending);
    }

    // A status is one line, so where it ends is certain.
    private static string KeyOf(string status, string content) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{status}\n{content}")));
}
