using System.Text.Json;
using Orchestrator.Host.Cli.Connection;

namespace Orchestrator.Host.Cli.Jobs;

/// <summary>A job as the server tells it.</summary>
/// <param name="Json">All of it, for machine-readable output.</param>
internal sealed record JobView(JsonElement Json)
{
    public string Id => Json.Text("id") ?? "?";

    public string Phase => Json.Text("phase") ?? "?";

    /// <summary>The command; <c>run</c> for a program.</summary>
    public string Command => Json.Text("command") ?? "?";

    public int Targets => (int)(Json.Number("targets") ?? 0);

    /// <summary>Milliseconds from acceptance to the last outcome, or to now.</summary>
    public double ElapsedMs => Json.Number("elapsedMs") ?? 0;

    public bool HasEnded => Phase is not ("Running" or "Paused");

    /// <summary>Number of outcomes of a phase so far.</summary>
    public int Count(string phase) => (int)(Json.Member("counts")?.Number(phase) ?? 0);

    /// <summary>Number of outcomes so far.</summary>
    public int Done => Phases.All.Sum(Count);
}
