using System.Globalization;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Jobs;

/// <summary>The tables of the fan-out verbs.</summary>
internal static class OutcomeTables
{
    /// <summary>What came back, or why nothing did.</summary>
    public static void Results(TerminalWriter output, IReadOnlyList<OutcomeView> outcomes)
    {
        var table = new TextTable("NAME", "HOST", "PHASE", "REASON", "MS", "RESULT");
        foreach (var outcome in outcomes)
            table.Add(outcome.Name, outcome.Host, Phase(outcome), outcome.Reason, Milliseconds(outcome), outcome.Succeeded ? outcome.ResultLine : outcome.Explanation);
        table.WriteTo(output);
    }

    /// <summary>What was copied, or why it was not.</summary>
    public static void Copies(TerminalWriter output, IReadOnlyList<OutcomeView> outcomes)
    {
        var table = new TextTable("NAME", "HOST", "PHASE", "REASON", "BYTES", "RESULT");
        foreach (var outcome in outcomes)
        {
            var result = outcome.Json.Member("result");
            table.Add(outcome.Name, outcome.Host, Phase(outcome), outcome.Reason, result?.Number("count")?.ToString(CultureInfo.InvariantCulture),
                outcome.Succeeded ? result?.Text("file") ?? $"verified by {result?.Text("verified")}" : outcome.Explanation);
        }
        table.WriteTo(output);
    }

    /// <summary>For a job that somebody else started: programs where there are any, else results.</summary>
    public static void Any(TerminalWriter output, IReadOnlyList<OutcomeView> outcomes)
    {
        if (outcomes.Any(outcome => outcome.IsProgram))
            Programs(output, outcomes);
        else
            Results(output, outcomes);
    }

    /// <summary>How the program ended and the first line it wrote.</summary>
    public static void Programs(TerminalWriter output, IReadOnlyList<OutcomeView> outcomes)
    {
        var table = new TextTable("NAME", "HOST", "PHASE", "REASON", "EXIT", "MS", "OUTPUT");
        foreach (var outcome in outcomes)
        {
            var written = outcome.ProgramOutput;
            table.Add(outcome.Name, outcome.Host, Phase(outcome), outcome.Reason, outcome.ExitCode?.ToString(CultureInfo.InvariantCulture),
                Milliseconds(outcome), written.Length > 0 ? written.Split('\n')[0] : outcome.Explanation);
        }
        table.WriteTo(output);
    }

    /// <summary>Round trips, and a line with the least, the average and the 99th percentile of those that came back.</summary>
    public static void RoundTrips(TerminalWriter output, IReadOnlyList<OutcomeView> outcomes)
    {
        var table = new TextTable("NAME", "HOST", "PHASE", "MS", "MESSAGE");
        foreach (var outcome in outcomes)
            table.Add(outcome.Name, outcome.Host, Phase(outcome), outcome.Succeeded ? Milliseconds(outcome) : "", $"{outcome.Reason} {outcome.Explanation}".Trim());
        table.WriteTo(output);

        double[] times = [.. outcomes.Where(outcome => outcome.Succeeded).Select(outcome => outcome.ElapsedMs).Order()];
        if (times.Length == 0)
            return;
        var p99 = times[(int)Math.Ceiling(times.Length * 0.99) - 1];
        output.WriteLine($"min {Durations.Format(times[0])}, avg {Durations.Format(times.Average())}, p99 {Durations.Format(p99)} of {times.Length} {(times.Length == 1 ? "reply" : "replies")}");
    }

    private static Cell Phase(OutcomeView outcome) => new(outcome.Phase, Phases.Tone(outcome.Phase));

    private static string Milliseconds(OutcomeView outcome) => outcome.ElapsedMs.ToString("0.##", CultureInfo.InvariantCulture);
}
