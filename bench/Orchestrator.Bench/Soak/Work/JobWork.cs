using Orchestrator.Bench.Fleet.Clients.Server;

namespace Orchestrator.Bench.Soak.Work;

/// <summary>Jobs on the VMs that stay: a ping, a question, a program. Every outcome must be a success.</summary>
/// <param name="api">The node.</param>
/// <param name="target">Selector of the VMs that stay.</param>
/// <param name="vms">How many they are.</param>
public sealed class JobWork(ServerApi api, string target, int vms) : ISoakWork
{
    private readonly object[] _jobs =
    [
        new { target, command = "guest-ping" },
        new { target, command = "guest-get-osinfo" },
        new { target, run = new { argv = (string[])["true"] } },
        new { target, command = "query-status" },
        new { target, run = new { argv = (string[])["echo", "a line of output"] } },
    ];

    /// <inheritdoc/>
    public string Name => "jobs over all VMs";

    /// <inheritdoc/>
    public int PerHour => 240;

    /// <inheritdoc/>
    public long Done { get; private set; }

    /// <inheritdoc/>
    public TimeSpan Pause => TimeSpan.FromMilliseconds(250);

    /// <inheritdoc/>
    public async Task StepAsync(CancellationToken cancel)
    {
        var job = _jobs[Done % _jobs.Length];
        var tally = await api.RunJobAsync(job, null, cancel);
        if (tally.Succeeded != vms)
            throw new BenchException($"the job {job} on {vms} VMs had {tally.Outcomes} outcomes, {tally.Succeeded} of them Succeeded. {tally.FirstOther}");
        Done++;
    }
}
