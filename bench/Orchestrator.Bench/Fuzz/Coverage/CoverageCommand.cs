using Orchestrator.Bench.Processes;

namespace Orchestrator.Bench.Fuzz.Coverage;

/// <summary><c>fuzz --coverage</c>: the same targets and seeds, and AFL++ in the place of the mutator: an input that takes a new branch is grown from.</summary>
public static class CoverageCommand
{
    /// <summary>Runs the targets one after the other, each for its share of the time.</summary>
    /// <exception cref="BenchException">AFL++ is missing or failed, or an input broke a target: all of them are kept in files, which the message names.</exception>
    public static async Task RunAsync(FuzzOptions options, TextWriter output, CancellationToken cancel)
    {
        var fuzzer = Executable.Find("afl-fuzz", "afl++");
        var directory = Directory.CreateTempSubdirectory("ob-fuzz-");
        try
        {
            var run = new AflRun(fuzzer, InstrumentedCopy.Make(Path.Combine(directory.FullName, "program")), directory.FullName);
            var targets = FuzzTargets.Of(options.Target);
            var kept = new List<string>();
            foreach (var target in targets)
            {
                var result = await run.RunAsync(target, TimeSpan.FromMinutes(options.Minutes) / targets.Count, cancel);
                output.WriteLine($"{target.Name}: {result.Statistics.Inputs} inputs, {result.Statistics.Corpus} kept, {result.Statistics.Edges} branches, {result.Findings.Count} broke it");
                kept.AddRange(Keep(target.Name, result.Findings, options.Results));
            }
            if (kept.Count > 0)
                throw new BenchException($"{kept.Count} inputs broke a target. They are kept in\n{string.Join('\n', kept)}");
            output.WriteLine("nothing broke");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>Copies findings to fuzz-TARGET-coverage-N.bin in <paramref name="results"/>, N from 1 on and past what is there. Returns the paths.</summary>
    public static IReadOnlyList<string> Keep(string target, IReadOnlyList<string> findings, string results)
    {
        Directory.CreateDirectory(results);
        var kept = new List<string>();
        for (var number = 1; kept.Count < findings.Count; number++)
        {
            var path = Path.Combine(results, $"fuzz-{target}-coverage-{number}.bin");
            if (File.Exists(path))
                continue;
            File.Copy(findings[kept.Count], path);
            kept.Add(path);
        }
        return kept;
    }
}
