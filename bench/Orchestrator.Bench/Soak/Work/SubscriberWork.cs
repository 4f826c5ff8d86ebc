using Orchestrator.Bench.Events.Subscribers;
using Orchestrator.Bench.Fleet.Clients.Server;

namespace Orchestrator.Bench.Soak.Work;

/// <summary>Readers of events and watchers of VMs that come, read for a while and go without a word.</summary>
public sealed class SubscriberWork(ServerApi api) : ISoakWork
{
    private const int AtOnce = 5;
    private static readonly TimeSpan Stay = TimeSpan.FromSeconds(2);

    private static readonly (string Path, string Accept)[] Kinds =
    [
        ("v1/events", EventSubscriber.Ndjson), ("v1/events?from=beginning", EventSubscriber.ServerSent), ("v1/events?type=io.orchestrator.qmp.NEVER", EventSubscriber.Ndjson),
        ("v1/vms:watch", EventSubscriber.Ndjson), ("v1/events?target=gone*", EventSubscriber.ServerSent),
    ];

    /// <inheritdoc/>
    public string Name => "subscribers";

    /// <inheritdoc/>
    public int PerHour => 240;

    /// <inheritdoc/>
    public long Done { get; private set; }

    /// <inheritdoc/>
    public TimeSpan Pause => TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    public async Task StepAsync(CancellationToken cancel)
    {
        var kind = (int)(Done / AtOnce);
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(number => ReadAsync(Kinds[(kind + number) % Kinds.Length], cancel)));
        Done += AtOnce;
    }

    private async Task ReadAsync((string Path, string Accept) kind, CancellationToken cancel)
    {
        using var answer = await api.OpenAsync(kind.Path, kind.Accept, cancel);
        using var stay = new CancellationTokenSource(Stay, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stay.Token, cancel);
        try
        {
            await using var stream = await answer.Content.ReadAsStreamAsync(cancel);
            await stream.CopyToAsync(Stream.Null, either.Token);
            throw new BenchException($"GET /{kind.Path} ended by itself");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // It has read for long enough.
        }
    }
}
