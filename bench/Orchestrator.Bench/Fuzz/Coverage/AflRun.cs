using System.Globalization;
using Orchestrator.Bench.Processes;

namespace Orchestrator.Bench.Fuzz.Coverage;

/// <summary>What came of a run of AFL++ on one target.</summary>
/// <param name="Findings">The files of the inputs that broke the target or did not end.</param>
public sealed record AflResult(AflStatistics Statistics, IReadOnlyList<string> Findings);

/// <summary>One target under AFL++: <c>afl-fuzz</c> runs as long as it is told and is then read out.</summary>
/// <param name="fuzzer">The path of <c>afl-fuzz</c>.</param>
/// <param name="program">The instrumented program.</param>
/// <param name="directory">An existing directory for what AFL++ reads and writes.</param>
public sealed class AflRun(string fuzzer, string program, string directory)
{
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(10);

    // Start, calibration of the seeds and the last input come on top.
    private static readonly TimeSpan Beside = TimeSpan.FromMinutes(2);

    // The child is no C program, writes no core and has no terminal; the cores are shared with others.
    private static readonly string[] Environment =
    [
        "AFL_SKIP_BIN_CHECK=1", "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1", "AFL_NO_UI=1", "AFL_SKIP_CPUFREQ=1", "AFL_NO_AFFINITY=1",
    ];

    /// <summary>Runs <paramref name="target"/> for <paramref name="duration"/>, at least a second.</summary>
    /// <exception cref="BenchException">AFL++ refused or did not end; the message has its own words.</exception>
    public async Task<AflResult> RunAsync(IFuzzTarget target, TimeSpan duration, CancellationToken cancel)
    {
        var (seeds, words, output) = (Path.Combine(directory, target.Name + "-seeds"), Path.Combine(directory, target.Name + ".dict"), Path.Combine(directory, target.Name));
        AflInput.WriteSeeds(target, seeds);
        await File.WriteAllTextAsync(words, AflInput.Dictionary(target), cancel);
        string[] arguments =
        [
            .. Environment, fuzzer, "-i", seeds, "-o", output, "-x", words, "-m", "none", "-t", "10000",
            "-V", duration.TotalSeconds.ToString("0", CultureInfo.InvariantCulture), "--", "dotnet", program, CoverageChild.Verb, target.Name,
        ];
        await using var process = ChildProcess.Start("/usr/bin/env", arguments, Path.Combine(directory, target.Name + ".log"));
        try
        {
            if (await process.WaitAsync(duration + Beside, cancel) != 0)
                throw new BenchException($"afl-fuzz of {target.Name} failed: {process.LogTail()}");
        }
        finally
        {
            // Asked to end, it ends its child too.
            await process.StopAsync(StopGrace);
        }
        var statistics = await File.ReadAllTextAsync(Path.Combine(output, "default", "fuzzer_stats"), cancel);
        return new AflResult(AflStatistics.Parse(statistics), [.. Inputs(output, "crashes"), .. Inputs(output, "hangs")]);
    }

    private static IEnumerable<string> Inputs(string output, string kind)
    {
        var place = Path.Combine(output, "default", kind);
        return Directory.Exists(place) ? Directory.EnumerateFiles(place, "id*").Order(StringComparer.Ordinal) : [];
    }
}
