using System.Globalization;
using Orchestrator.Bench.Soak.Measuring;

namespace Orchestrator.Bench.Soak.Results;

/// <summary>How much more a node may hold after the work than before it, both times at rest.</summary>
/// <param name="HeapBytes">Managed objects.</param>
/// <param name="NativeBytes">Memory that is not the collector's.</param>
/// <param name="Files">Open files.</param>
/// <param name="Threads">Threads.</param>
public sealed record SoakLimits(long HeapBytes, long NativeBytes, int Files, int Threads)
{
    /// <summary>Hours of ordinary operation whose work is enough to judge by.</summary>
    public const double Hours = 4;

    /// <summary>For four hours' worth of work and more: what leaks 60 bytes per command, 2 KB per VM that leaves, or a file in a hundred subscribers goes beyond.</summary>
    public static readonly SoakLimits Default = new(8 << 20, 16 << 20, 8, 6);

    /// <summary>For a quick run, in which what a node keeps on purpose, such as its last 256 jobs, is not full before the work is measured.</summary>
    public static readonly SoakLimits Quick = new(64 << 20, 32 << 20, 12, 12);

    /// <summary>What is wrong, a sentence each; none if the node is flat.</summary>
    /// <param name="first">After the warm-up.</param>
    /// <param name="last">After the work.</param>
    public IReadOnlyList<string> Violations(SoakSample first, SoakSample last)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(last);
        return
        [
            .. Grown("managed heap", first.HeapBytes, last.HeapBytes, HeapBytes, MiB),
            .. Grown("native memory", first.NativeBytes, last.NativeBytes, NativeBytes, MiB),
            .. Grown("open files", first.FileCount, last.FileCount, Files, Count).Select(what => $"{what}: {Kinds(first.Files, last.Files)}"),
            .. Grown("threads", first.Threads, last.Threads, Threads, Count),
        ];
    }

    private static IEnumerable<string> Grown(string what, long first, long last, long limit, Func<long, string> show)
    {
        if (last - first > limit)
            yield return $"the node's {what} grew from {show(first)} to {show(last)} between rests; {show(limit)} more are allowed";
    }

    private static string Kinds(IReadOnlyDictionary<string, int> first, IReadOnlyDictionary<string, int> last) => string.Join(", ", last
        .Select(kind => (kind.Key, More: kind.Value - first.GetValueOrDefault(kind.Key)))
        .Where(kind => kind.More > 0)
        .OrderByDescending(kind => kind.More)
        .Select(kind => $"{kind.More} more of {kind.Key}"));

    private static string MiB(long bytes) => $"{(bytes / (double)(1 << 20)).ToString("N1", CultureInfo.InvariantCulture)} MiB";

    private static string Count(long count) => count.ToString(CultureInfo.InvariantCulture);
}
