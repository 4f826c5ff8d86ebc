namespace Orchestrator.Bench.Soak.Measuring;

/// <summary>What a node holds at rest.</summary>
/// <param name="Minutes">Since the run began.</param>
/// <param name="HeapBytes">Managed objects that a full collection left, without gaps between them.</param>
/// <param name="ResidentBytes">Resident memory that is no file's (RssAnon).</param>
/// <param name="Files">Open files, by kind.</param>
/// <param name="Threads">Threads.</param>
public sealed record SoakSample(double Minutes, long HeapBytes, long ResidentBytes, IReadOnlyDictionary<string, int> Files, int Threads)
{
    /// <summary>Open files of all kinds.</summary>
    public int FileCount => Files.Values.Sum();
}
