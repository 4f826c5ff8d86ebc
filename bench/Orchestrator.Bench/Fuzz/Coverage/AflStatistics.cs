using System.Globalization;

namespace Orchestrator.Bench.Fuzz.Coverage;

/// <summary>What AFL++ says of a run (<c>fuzzer_stats</c>).</summary>
/// <param name="Inputs">Inputs tried.</param>
/// <param name="Corpus">Those that are kept because each reaches something of its own, seeds included.</param>
/// <param name="Edges">Different branches taken so far.</param>
public sealed record AflStatistics(long Inputs, long Corpus, long Edges)
{
    /// <summary>Reads the text of <c>fuzzer_stats</c>: <c>name : value</c>, one a line.</summary>
    /// <exception cref="BenchException">One of the numbers is not there.</exception>
    public static AflStatistics Parse(string text)
    {
        var values = text.Split('\n').Select(line => line.Split(':', 2)).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0].Trim(), pair => pair[1].Trim());
        return new AflStatistics(Number("execs_done"), Number("corpus_count"), Number("edges_found"));

        long Number(string name) => values.TryGetValue(name, out var value) && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new BenchException($"afl-fuzz tells no {name}: its version is not one that this was made for (4.04)");
    }
}
