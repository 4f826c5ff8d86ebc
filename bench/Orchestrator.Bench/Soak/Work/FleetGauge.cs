using Orchestrator.Bench.Fleet.Clients.Server;
using Orchestrator.Bench.Scale.Nodes;

namespace Orchestrator.Bench.Soak.Work;

/// <summary>Waits for numbers that a node tells of itself.</summary>
public static class FleetGauge
{
    /// <summary>VMs of a node, by the state of the agent.</summary>
    public const string Vms = "orchestrator_vms";

    /// <summary>Events that are in the log.</summary>
    public const string EventsLogged = "orchestrator_events_logged_total";

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits until a metric's samples come to what is wanted.</summary>
    /// <param name="api">The node.</param>
    /// <param name="metric">Its name.</param>
    /// <param name="label">What samples must have, such as <c>agent="Ready"</c>.</param>
    /// <param name="isWanted">Whether the sum is.</param>
    /// <param name="patience">How long.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <returns>The sum, wanted or as it is when patience ends.</returns>
    public static async Task<double> AwaitAsync(ServerApi api, string metric, string label, Func<double, bool> isWanted, TimeSpan patience, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(api);
        ArgumentNullException.ThrowIfNull(isWanted);
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var sum = MetricsText.Sum(await api.MetricsAsync(cancel), metric, label) ?? 0;
            if (isWanted(sum) || TimeProvider.System.GetElapsedTime(began) > patience)
                return sum;
            await Task.Delay(Poll, TimeProvider.System, cancel);
        }
    }
}
