using Orchestrator.Bench.Fleet.Clients;

namespace Orchestrator.Bench.Fleet.Results;

/// <summary>One client over all its turns.</summary>
/// <param name="CommandsPerSecond">Of every measured round.</param>
/// <param name="RoundMilliseconds">Wall time of every measured round.</param>
/// <param name="CpuMicrosecondsPerCommand">The client's own user and system time, one value per turn.</param>
/// <param name="ReaderCpuMicrosecondsPerCommand">The same for the reader of its results, if that is another process.</param>
/// <param name="ConnectSeconds">From start to all agents synchronized, one value per turn.</param>
public sealed record ClientSummary(
    string Client, Distribution CommandsPerSecond, Distribution RoundMilliseconds, Distribution CpuMicrosecondsPerCommand,
    Distribution? ReaderCpuMicrosecondsPerCommand, Distribution ConnectSeconds)
{
    /// <summary>Summarizes the turns of one client.</summary>
    public static ClientSummary Of(IReadOnlyList<Batch> turns)
    {
        var reader = turns.Where(turn => turn.ReaderCpu is not null)
            .Select(turn => turn.ReaderCpu!.Value.TotalMicroseconds / ((double)turn.Commands * turn.Rounds.Count))
            .ToList();
        return new ClientSummary(
            turns[0].Client,
            Distribution.Of(turns.SelectMany(turn => turn.Rates)),
            Distribution.Of(turns.SelectMany(turn => turn.Rounds).Select(round => round.TotalMilliseconds)),
            Distribution.Of(turns.Select(turn => turn.CpuMicrosecondsPerCommand)),
            reader.Count > 0 ? Distribution.Of(reader) : null,
            Distribution.Of(turns.Select(turn => turn.Connect.TotalSeconds)));
    }
}
