using Orchestrator.Bench.Fleet.Clients.Server;

namespace Orchestrator.Bench.Soak.Work;

/// <summary>Subscriptions that are made, deliver and are deleted.</summary>
/// <param name="api">The node.</param>
/// <param name="receiver">Gets what is delivered.</param>
public sealed class WebhookWork(ServerApi api, WebhookReceiver receiver) : ISoakWork
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    /// <inheritdoc/>
    public string Name => "webhook subscriptions";

    /// <inheritdoc/>
    public int PerHour => 12;

    /// <inheritdoc/>
    public long Done { get; private set; }

    /// <inheritdoc/>
    public TimeSpan Pause => TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public async Task StepAsync(CancellationToken cancel)
    {
        var before = receiver.Received;
        var request = new { url = receiver.Url, from = "beginning", mode = "Batched", maxBatch = 50, handshake = false };
        var subscription = await api.SendAsync(HttpMethod.Post, "v1/subscriptions", request, cancel);
        var began = TimeProvider.System.GetTimestamp();
        while (receiver.Received == before)
        {
            if (TimeProvider.System.GetElapsedTime(began) > Patience)
                throw new BenchException($"nothing came to the webhook within {Patience.TotalSeconds} s");
            await Task.Delay(Poll, TimeProvider.System, cancel);
        }
        await api.SendAsync(HttpMethod.Delete, $"v1/subscriptions/{subscription.GetProperty("id").GetString()}", null, cancel);
        Done++;
    }
}
