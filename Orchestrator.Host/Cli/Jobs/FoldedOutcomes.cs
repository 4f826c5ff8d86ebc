using System.Globalization;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Jobs;

/// <summary>Outcomes that look the same under one heading: what needs a person first, then by size.</summary>
internal static class FoldedOutcomes
{
    private static readonly string Rule = new('-', 15);

    public static void Write(TerminalWriter output, IReadOnlyList<OutcomeView> outcomes)
    {
        var named = OutcomeNames.Of(outcomes);
        foreach (var severity in named.GroupBy(pair => Phases.Severity(pair.Outcome.Phase)).OrderBy(group => group.Key))
        {
            var folder = new OutputFolder();
            foreach (var (name, outcome) in severity)
                folder.Add(name, Body(outcome));
            foreach (var group in folder.Groups)
                Write(output, group, Phases.Tone(severity.First().Outcome.Phase));
        }
    }

    private static void Write(TerminalWriter output, FoldedGroup group, Tone tone)
    {
        output.WriteLine(Rule);
        TerminalConsole.Write(output, NodeSetText.Fold(group.Names), tone);
        output.WriteLine(group.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $" ({group.Count})") : "");
        output.WriteLine(Rule);
        output.Write(group.Body);
        if (group.Body.Length > 0 && !group.Body.EndsWith('\n'))
            output.WriteLine("");
    }

    private static string Body(OutcomeView outcome)
    {
        var content = outcome.ProgramOutput is { Length: > 0 } written ? written : outcome.ResultDocument;
        if (outcome.Succeeded)
            return content;
        var exit = outcome.ExitCode is { } code ? string.Create(CultureInfo.InvariantCulture, $"(exit {code})") : null;
        var ending = string.Join(' ', ((string?[])[outcome.Phase, outcome.Reason, exit]).OfType<string>());
        return $"{TerminalText.EscapeLine(outcome.Explanation.Length > 0 ? $"{ending}: {outcome.Explanation}" : ending)}\n{content}";
    }
}
