namespace Orchestrator.Bench.Hostile.Turns;

/// <summary>What a number of rounds measured on the honest VMs, in ms.</summary>
public sealed record Latencies
{
    /// <summary>The server's own measure, <c>elapsedMs</c>, of every outcome of every job.</summary>
    public List<double> Outcomes { get; } = [];

    /// <summary>From a job's request to the last byte of its stream: all honest VMs.</summary>
    public List<double> Jobs { get; } = [];

    /// <summary>From the request of a single call to its answer: one honest VM.</summary>
    public List<double> Calls { get; } = [];
}
