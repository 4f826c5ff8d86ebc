namespace Orchestrator.Actors.FanOut;

/// <summary>How many jobs a node runs and remembers.</summary>
public sealed record JobRetention
{
    /// <summary>Jobs that may run at a time; 1,000 by default.</summary>
    public int MaxRunning { get; init; } = 1000;

    /// <summary>Ended jobs that are kept; 256 by default.</summary>
    public int MaxEnded { get; init; } = 256;

    /// <summary>Bytes that ended jobs may take together, 256 for each outcome beside its results; 256 MiB by default. The newest stays, whatever it takes.</summary>
    public long MaxEndedBytes { get; init; } = 256 * 1024 * 1024;

    /// <summary>How long a job of before the node's start waits for its VMs to be there; 30 s by default.</summary>
    public TimeSpan LocateTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait for the jobs' own words when they are listed.</summary>
    public TimeSpan ListTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
