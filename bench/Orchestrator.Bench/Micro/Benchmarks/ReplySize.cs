namespace Orchestrator.Bench.Micro.Benchmarks;

/// <summary>Which answer is decoded.</summary>
public enum ReplySize
{
    /// <summary><see cref="SampleReplies.OsInfo"/>.</summary>
    Typical,

    /// <summary><see cref="SampleReplies.FileSystems"/>.</summary>
    Large,
}
