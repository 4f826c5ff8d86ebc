using Orchestrator.Bench.Fleet.Clients;

namespace Orchestrator.Bench.Fleet.Results;

/// <summary>Everything that a run found; the JSON file is this record.</summary>
/// <param name="Date">The day of the run (UTC), yyyy-MM-dd.</param>
/// <param name="Guests">Of <paramref name="Agents"/>, all that are in guests; 0 if they are processes of the machine itself.</param>
/// <param name="Rounds">Measured rounds per batch.</param>
/// <param name="Warmup">Rounds before them in each batch.</param>
/// <param name="Clients">One summary per client, in the order of their turns.</param>
/// <param name="Ratios">The orchestrator against each other client; empty if it or all others were left out.</param>
/// <param name="Memory">The server's memory, if it took part; none of guests, which are too few to say something per VM.</param>
/// <param name="Samples">The measurements themselves, in the order in which they were made.</param>
public sealed record FleetReport(
    string Date, Machine Machine, int Agents, int Guests, string Command, int Rounds, int Warmup, int Batches,
    IReadOnlyList<ClientSummary> Clients, IReadOnlyList<RatioSummary> Ratios, MemorySummary? Memory, IReadOnlyList<BatchSample> Samples)
{
    private const string Subject = "orchestrator";
    private const string UsualCommand = "guest-ping";

    /// <summary>What its files are called: the command is in it unless it is the usual one, and that they are guests if they are.</summary>
    public string Name => $"{Date}-fleet-{(Guests > 0 ? "guests-" : "")}{Agents}{(Command == UsualCommand ? "" : $"-{Command}")}";

    /// <summary>Summarizes <paramref name="batches"/>; <paramref name="emptyServerBytes"/> is the resident memory of a server without VMs.</summary>
    public static FleetReport Of(FleetOptions options, Machine machine, IReadOnlyList<Batch> batches, long emptyServerBytes)
    {
        var turns = batches.ToLookup(batch => batch.Client);
        var subject = turns[Subject].ToList();
        return new FleetReport(
            TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd"), machine, options.Agents, options.Guests, options.Command, options.Rounds, options.Warmup, options.Batches,
            [.. turns.Select(client => ClientSummary.Of([.. client]))],
            [.. turns.Where(client => client.Key != Subject && subject.Count > 0).Select(client => RatioSummary.Of(subject, [.. client]))],
            subject.Count > 0 && options.Guests == 0 ? MemorySummary.Of(subject, emptyServerBytes) : null,
            [.. batches.Select(BatchSample.Of)]);
    }
}
