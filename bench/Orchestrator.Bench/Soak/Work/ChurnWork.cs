using Orchestrator.Bench.Fleet.Clients.Server;
using Orchestrator.Bench.Fleet.Peers;

namespace Orchestrator.Bench.Soak.Work;

/// <summary>VMs that come, tell events, misbehave, and go. Some have agents that are silent, slow, missing or restart; one time they all have the names of before, the next time others.</summary>
/// <param name="api">The node.</param>
/// <param name="options">How many, and the program.</param>
/// <param name="files">Where the VMs are.</param>
public sealed class ChurnWork(ServerApi api, SoakOptions options, FleetDirectory files) : ISoakWork
{
    private const string Chaos = "silent=5%,absent=5%,restart=10%,slow=5%,cut=2%";
    private const string EventsPerSecond = "200";
    private const string Churned = "agent=\"Ready\"";
    private static readonly TimeSpan Stay = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public string Name => "VMs that came and went";

    /// <inheritdoc/>
    public int PerHour => 1000;

    /// <inheritdoc/>
    public long Done { get; private set; }

    /// <inheritdoc/>
    public TimeSpan Pause => TimeSpan.FromMilliseconds(200);

    /// <summary>Returns when the VMs are gone again.</summary>
    /// <exception cref="BenchException">They do not become ready, or do not go, within half a minute.</exception>
    public async Task StepAsync(CancellationToken cancel)
    {
        // Half of them at least are as they should be.
        var few = options.Vms + (options.Churn / 2);
        var prefix = (Done / options.Churn) % 2 == 0 ? "gone" : $"once{Done}x";
        await using (await EmulatedGroup.StartAsync(options.Program, files.VmDirectory, prefix, options.Churn, ["--events", EventsPerSecond, "--chaos", Chaos], files.File("churn.log"), cancel))
        {
            var ready = await FleetGauge.AwaitAsync(api, FleetGauge.Vms, Churned, sum => sum >= few, Patience, cancel);
            if (ready < few)
                throw new BenchException($"after {Patience.TotalSeconds} s {ready} agents are Ready, and {few} should be at least");
            await Task.Delay(Stay, TimeProvider.System, cancel);
        }
        var left = await FleetGauge.AwaitAsync(api, FleetGauge.Vms, "", sum => sum <= options.Vms, Patience, cancel);
        if (left > options.Vms)
            throw new BenchException($"{Patience.TotalSeconds} s after {options.Churn} VMs went, the node still has {left} VMs, and {options.Vms} should be");
        Done += options.Churn;
    }
}
