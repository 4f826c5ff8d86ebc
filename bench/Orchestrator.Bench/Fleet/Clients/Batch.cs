using Orchestrator.Bench.Processes;

namespace Orchestrator.Bench.Fleet.Clients;

/// <summary>What one turn of a client measured.</summary>
public sealed record Batch
{
    /// <summary>The client's <see cref="IFleetClient.Name"/>.</summary>
    public required string Client { get; init; }

    /// <summary>Commands of one round: the number of agents.</summary>
    public required int Commands { get; init; }

    /// <summary>From the first connection to the last agent synchronized. Not part of any rate.</summary>
    public required TimeSpan Connect { get; init; }

    /// <summary>Wall time of each measured round, in order.</summary>
    public required IReadOnlyList<TimeSpan> Rounds { get; init; }

    /// <summary>User and system time of the client's process over all measured rounds.</summary>
    public required TimeSpan Cpu { get; init; }

    /// <summary>User and system time of the reader of the client's results over the same rounds, where that is another process.</summary>
    public TimeSpan? ReaderCpu { get; init; }

    /// <summary>The client's memory, where it is a server: connected, before any command.</summary>
    public ProcessUsage? Ready { get; init; }

    /// <summary>The same after the last round.</summary>
    public ProcessUsage? After { get; init; }

    /// <summary>Commands per second of each round.</summary>
    public IEnumerable<double> Rates => Rounds.Select(round => Commands / round.TotalSeconds);

    /// <summary><see cref="Cpu"/> over the commands of all rounds, µs.</summary>
    public double CpuMicrosecondsPerCommand => Cpu.TotalMicroseconds / ((double)Commands * Rounds.Count);
}
