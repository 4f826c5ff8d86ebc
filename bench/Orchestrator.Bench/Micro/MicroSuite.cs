using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Orchestrator.Bench.Micro.Benchmarks;
using Orchestrator.Bench.Micro.Results;
using Perfolizer.Horology;

namespace Orchestrator.Bench.Micro;

/// <summary>
/// Runs the classes of <c>Benchmarks/</c> with BenchmarkDotNet, in this process: what it would build and start for each of them otherwise takes longer
/// than all measurements.
/// </summary>
public static class MicroSuite
{
    private const int ErrorLines = 20;

    /// <summary>All of them, in the order of the page: a command's way, then what is done once per job, VM or start.</summary>
    public static readonly IReadOnlyList<Type> Classes =
    [
        typeof(Frames), typeof(Peek), typeof(Session), typeof(Outcomes), typeof(Decode), typeof(DecodeFile), typeof(Encode), typeof(EncodeFile), typeof(EventAppend), typeof(Cursors),
        typeof(Selectors), typeof(Folding), typeof(Schemas),
    ];

    /// <summary>The names of all that is measured, <see cref="JobAllocation"/> too.</summary>
    public static IEnumerable<string> Names() => Classes.SelectMany(benchmarks => BenchmarkConverter.TypeToBenchmarks(benchmarks).BenchmarksCases).Select(NameOf).Append(JobAllocation.Name);

    /// <summary>What the pages and the budget call a benchmark: <c>Class.Method</c>, and its parameters.</summary>
    public static string NameOf(BenchmarkCase benchmark)
    {
        ArgumentNullException.ThrowIfNull(benchmark);
        return string.Join(' ', benchmark.Parameters.Items.Select(parameter => parameter.Value.ToString()).Prepend($"{benchmark.Descriptor.Type.Name}.{benchmark.Descriptor.WorkloadMethod.Name}"));
    }

    /// <summary>Measures the benchmarks of one class.</summary>
    /// <param name="benchmarks">The class.</param>
    /// <param name="isWanted">Chooses by <see cref="NameOf"/>.</param>
    /// <param name="quick">Once each, and without asking whether the code was optimized: to see that they run.</param>
    /// <exception cref="BenchException">One failed; the message has what it said.</exception>
    public static IReadOnlyList<MicroRow> Run(Type benchmarks, Func<string, bool> isWanted, bool quick = false)
    {
        var log = new AccumulationLogger();
        var artifacts = Directory.CreateTempSubdirectory("ob-").FullName;
        try
        {
            var found = BenchmarkConverter.TypeToBenchmarks(benchmarks, Config(artifacts, log, quick));
            BenchmarkCase[] wanted = [.. found.BenchmarksCases.Where(benchmark => isWanted(NameOf(benchmark)))];
            if (wanted.Length == 0)
                return [];
            var summary = BenchmarkRunner.Run(new BenchmarkRunInfo(wanted, found.Type, found.Config));
            return Rows(summary, wanted.Length, log);
        }
        finally
        {
            Directory.Delete(artifacts, recursive: true);
        }
    }

    private static ManualConfig Config(string artifacts, ILogger log, bool quick)
    {
        var job = Job.Default.WithToolchain(new InProcessEmitToolchain(logOutput: true));
        job = quick
            ? job.WithStrategy(BenchmarkDotNet.Engines.RunStrategy.Monitoring).WithLaunchCount(1).WithWarmupCount(1).WithIterationCount(1).WithInvocationCount(1).WithUnrollFactor(1)
            : job.WithWarmupCount(5).WithIterationCount(8).WithIterationTime(TimeInterval.FromMilliseconds(100));
        return ManualConfig.CreateEmpty()
            .AddJob(job)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddLogger(log)
            .WithArtifactsPath(artifacts)
            .WithOptions(ConfigOptions.DisableLogFile | (quick ? ConfigOptions.DisableOptimizationsValidator : ConfigOptions.Default));
    }

    private static IReadOnlyList<MicroRow> Rows(Summary summary, int expected, AccumulationLogger log)
    {
        if (summary.Reports.Length != expected || summary.Reports.FirstOrDefault(report => !report.Success) is not null || summary.HasCriticalValidationErrors)
            throw new BenchException($"{summary.Title}: not every benchmark ran to its end\n{ErrorOf(log.GetLog())}");
        return [.. summary.Reports.Select(report => Row(report, summary))];
    }

    /// <summary>From the first exception on; without one, the end of the log.</summary>
    private static string ErrorOf(string log)
    {
        var lines = log.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var first = Array.FindIndex(lines, line => line.Contains("Exception", StringComparison.Ordinal));
        return string.Join('\n', first >= 0 ? lines.Skip(first).Take(ErrorLines) : lines.TakeLast(ErrorLines));
    }

    private static MicroRow Row(BenchmarkReport report, Summary summary)
    {
        var benchmark = report.BenchmarkCase;
        var baseline = summary.Reports.FirstOrDefault(other => other.BenchmarkCase.Descriptor.Baseline && other.BenchmarkCase.Parameters.DisplayInfo == benchmark.Parameters.DisplayInfo);
        var (statistics, against) = (report.ResultStatistics!, baseline?.ResultStatistics?.Mean);
        return new MicroRow(NameOf(benchmark), statistics.Mean, statistics.StandardDeviation, report.GcStats.GetBytesAllocatedPerOperation(benchmark) ?? 0, statistics.Mean / against);
    }
}
