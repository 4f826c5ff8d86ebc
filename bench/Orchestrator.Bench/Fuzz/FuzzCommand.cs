namespace Orchestrator.Bench.Fuzz;

/// <summary><c>fuzz</c>: looks for bytes that break what reads bytes, for as long as it is given.</summary>
public static class FuzzCommand
{
    private const int Batch = 500;

    /// <summary>No input of 8 KiB may take longer than this.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan ReportPause = TimeSpan.FromMinutes(1);

    /// <summary>Runs every target in turns until time is up.</summary>
    /// <exception cref="BenchException">An input broke a target; it is kept in a file, which the message names.</exception>
    public static void Run(FuzzOptions options, TextWriter output, TimeProvider time, CancellationToken cancellation)
    {
        output.WriteLine($"seed {options.Seed}, {options.Minutes} min");
        var runs = FuzzTargets.Of(options.Target).Select(target => (Target: target, Run: new FuzzRun(target, options.Seed))).ToArray();
        var (start, reported) = (time.GetTimestamp(), TimeSpan.Zero);
        while (time.GetElapsedTime(start) < TimeSpan.FromMinutes(options.Minutes))
        {
            foreach (var (target, run) in runs)
            {
                cancellation.ThrowIfCancellationRequested();
                using var watchdog = time.CreateTimer(_ => EndHanging(new FuzzFinding(target.Name, run.Current, $"no end within {Patience.TotalSeconds} s"), options), null, Patience, Timeout.InfiniteTimeSpan);
                if (run.Try(Batch) is { } finding)
                    throw new BenchException($"{finding.Target}: {finding.Failure}\nThe input is kept in {Keep(finding, options)} (seed {options.Seed}, input {run.Tried})");
            }
            if (time.GetElapsedTime(start) - reported < ReportPause)
                continue;
            reported = time.GetElapsedTime(start);
            Report(output, runs, reported);
        }
        Report(output, runs, time.GetElapsedTime(start));
        output.WriteLine("nothing broke");
    }

    private static void Report(TextWriter output, IEnumerable<(IFuzzTarget Target, FuzzRun Run)> runs, TimeSpan elapsed) =>
        output.WriteLine($"{elapsed.TotalMinutes:0.0} min: {string.Join(", ", runs.Select(run => $"{run.Target.Name} {run.Run.Tried} inputs, {run.Run.Results} results"))}");

    private static string Keep(FuzzFinding finding, FuzzOptions options)
    {
        Directory.CreateDirectory(options.Results);
        var path = Path.Combine(options.Results, $"fuzz-{finding.Target}-{options.Seed}.bin");
        File.WriteAllBytes(path, finding.Input);
        return path;
    }

    // A thread that never comes back cannot be ended: the process is, with what it hung on kept.
    private static void EndHanging(FuzzFinding finding, FuzzOptions options)
    {
        Console.Error.WriteLine($"bench: {finding.Target}: {finding.Failure}. The input is kept in {Keep(finding, options)}");
        Environment.Exit(BenchException.Failed);
    }
}
