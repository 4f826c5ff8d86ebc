namespace Orchestrator.Bench.Soak.Measuring;

/// <summary>What a node holds at rest.</summary>
/// <param name="Minutes">Since the run began.</param>
/// <param name="HeapBytes">Managed objects that a full collection left, without gaps between them.</param>
/// <param name="CommittedBytes">What the collector has of the system for them: it keeps for a while what work has needed, more or less as it happens.</param>
/// <param name="ResidentBytes">Resident memory that is no file's (RssAnon).</param>
/// <param name="Files">Open files, by kind.</param>
/// <param name="Threads">Threads.</param>
public sealed record SoakSample(double Minutes, long HeapBytes, long CommittedBytes, long ResidentBytes, IReadOnlyDictionary<string, int> Files, int Threads)
{
    /// <summary>Resident memory that is not the collector's: of native libraries, code and stacks.</summary>
    public long NativeBytes => ResidentBytes - CommittedBytes;

    /// <summary>Open files of all kinds.</summary>
    public int FileCount => Files.Values.Sum();
}
