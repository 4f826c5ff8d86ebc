using System.Globalization;
using Orchestrator.Host.Cli.Jobs;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Results;

/// <summary>Outcomes that look the same under one heading: what needs a person first, then by size.</summary>
internal static class FoldedOutcomes
{
    private static readonly string Rule = new('-', 15);

    public static void Write(TerminalWriter output, OutcomeGroups groups)
    {
        foreach (var group in groups.Ordered())
            Write(output, group);
    }

    private static void Write(TerminalWriter output, OutcomeGroup group)
    {
        output.WriteLine(Rule);
        TerminalConsole.Write(output, NodeSetText.Fold(group.Names), Phases.Tone(group.First.Phase));
        output.WriteLine(group.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $" ({group.Count})") : "");
        output.WriteLine(Rule);
        if (group.Body.Status.Length > 0)
            output.WriteLine(group.Body.Status);
        // Alone, a VM has nothing to be compared with: all of it is shown.
        var content = group.Count > 1 || group.Body.Left.Count == 0 ? group.Body.Content : group.First.ResultDocument;
        output.Write(content);
        if (content.Length > 0 && !content.EndsWith('\n'))
            output.WriteLine("");
        if (group.Count > 1 && group.Body.Left.Count > 0)
            output.WriteLine(NotCompared(group.Body));
    }

    /// <summary>Which members two results may differ in and still stand under one heading.</summary>
    public static string NotCompared(OutcomeBody body) => $"(not compared: {string.Join(", ", body.Left.Select(member => member == "." ? "the value" : member))})";
}
