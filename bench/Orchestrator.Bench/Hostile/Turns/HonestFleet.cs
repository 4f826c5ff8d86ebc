using Orchestrator.Bench.Fleet.Clients.Server;
using Orchestrator.Bench.Fleet.Peers;

namespace Orchestrator.Bench.Hostile.Turns;

/// <summary>The honest VMs, as a caller of the API meets them.</summary>
public sealed class HonestFleet(ServerApi api, HostileOptions options)
{
    private const string Command = "guest-ping";
    private int _calls;

    private string Target => $"vm[0001-{options.Agents:D4}]";

    /// <summary>Runs so many rounds, with a step of <paramref name="provoker"/> before each.</summary>
    /// <exception cref="BenchException">An honest VM had an outcome other than Succeeded.</exception>
    public async Task<Latencies> RunAsync(int rounds, Provoker provoker, CancellationToken cancel)
    {
        var latencies = new Latencies();
        for (; rounds > 0; rounds--)
        {
            await provoker.NextAsync(cancel);
            latencies.Jobs.Add(await JobAsync(latencies.Outcomes, cancel));
            for (var calls = options.Calls; calls > 0; calls--)
                latencies.Calls.Add(await api.TimeCallAsync(FleetNames.Of(_calls++ % options.Agents + 1), Command, cancel));
        }
        return latencies;
    }

    private async Task<double> JobAsync(List<double> outcomes, CancellationToken cancel)
    {
        var started = TimeProvider.System.GetTimestamp();
        var tally = await api.RunJobAsync(Target, Command, outcomes, cancel);
        var elapsed = TimeProvider.System.GetElapsedTime(started);
        if (tally.Outcomes != options.Agents || tally.Succeeded != options.Agents)
            throw new BenchException($"a job on {options.Agents} honest VMs had {tally.Outcomes} outcomes, {tally.Succeeded} of them Succeeded. {tally.FirstOther}");
        return elapsed.TotalMilliseconds;
    }
}
