using Orchestrator.Bench.Events.Subscribers;
using Orchestrator.Bench.Fleet.Clients.Server;

namespace Orchestrator.Bench.Soak.Work;

/// <summary>Jobs on whatever VMs there are, those that are about to go too, whose readers leave in the middle. Outcomes are what they are; every other one is cancelled.</summary>
public sealed class LeavingWork(ServerApi api) : ISoakWork
{
    private static readonly TimeSpan JobTime = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public string Name => "jobs whose readers leave";

    /// <inheritdoc/>
    public int PerHour => 60;

    /// <inheritdoc/>
    public long Done { get; private set; }

    /// <inheritdoc/>
    public TimeSpan Pause => TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public async Task StepAsync(CancellationToken cancel)
    {
        var job = await api.SendAsync(HttpMethod.Post, "v1/jobs", new { target = "*", command = "guest-get-osinfo", timeoutMs = JobTime.TotalMilliseconds }, cancel);
        var id = job.GetProperty("id").GetString();
        using (var answer = await api.OpenAsync($"v1/jobs/{id}/events", EventSubscriber.Ndjson, cancel))
        {
            await using var stream = await answer.Content.ReadAsStreamAsync(cancel);
            await stream.ReadAtLeastAsync(new byte[1024], 1, throwOnEndOfStream: false, cancel);
        }
        if (++Done % 2 == 0)
            await api.SendAsync(HttpMethod.Post, $"v1/jobs/{id}:cancel", null, cancel);
    }
}
