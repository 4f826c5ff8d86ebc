using System.Globalization;
using Orchestrator.Bench.Soak.Measuring;

namespace Orchestrator.Bench.Soak.Results;

/// <summary>How much more a node may hold after the work than before it, both times at rest.</summary>
/// <param name="HeapBytes">Managed objects.</param>
/// <param name="ResidentBytes">Resident memory that is no file's.</param>
/// <param name="Files">Open files.</param>
/// <param name="Threads">Threads.</param>
public sealed record SoakLimits(long HeapBytes, long ResidentBytes, int Files, int Threads)
{
    /// <summary>Hours of ordinary operation whose work is enough to judge by.</summary>
    public const double Hours = 4;

    /// <summary>For four hours' worth of work and more: what a leak of 1 KB per job, 300 bytes per VM that leaves or one file in a hundred subscribers goes beyond.</summary>
    public static readonly SoakLimits Default = new(2 << 20, 16 << 20, 2, 4);

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
            .. Grown("resident memory", first.ResidentBytes, last.ResidentBytes, ResidentBytes, MiB),
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
