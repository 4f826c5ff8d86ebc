using Orchestrator.TestKit;
using Orchestrator.TestKit.Migration;

namespace Orchestrator.Bench.Migrate;

/// <summary>A subscriber to the events of one VM, by its name, from now on.</summary>
public sealed class EventWatch : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly StreamReader _stream;
    private readonly Lock _gate = new();
    private readonly List<SeenEvent> _seen = [];
    private readonly Task _reading;

    private EventWatch(StreamReader stream)
    {
        _stream = stream;
        _reading = ReadAsync();
    }

    /// <summary>What came, in its order.</summary>
    public IReadOnlyList<SeenEvent> Seen
    {
        get
        {
            lock (_gate)
                return [.. _seen];
        }
    }

    /// <summary>Subscribes; events after its return are heard.</summary>
    public static async Task<EventWatch> StartAsync(LoadClient client, string vm) => new(await client.OpenAsync($"/v1/events?target={vm}"));

    /// <summary>Everything that the logs of all nodes have of the VM.</summary>
    public static async Task<IReadOnlyList<SeenEvent>> LogAsync(LoadClient client, string vm)
    {
        using var stream = await client.OpenAsync($"/v1/events?target={vm}&from=beginning&follow=false");
        var events = new List<SeenEvent>();
        while (await stream.ReadLineAsync() is { } line)
            if (SeenEvent.Parse(line) is { } seen)
                events.Add(seen);
        return events;
    }

    /// <summary>Awaits the last event of each log; <see langword="false"/> if one does not come within 30 s.</summary>
    public async Task<bool> HasAsync(IReadOnlyList<SeenEvent> last)
    {
        try
        {
            await Eventually.TrueAsync(() => last.Except(Seen).ToArray() is [], Limit, "the events come");
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _stream.Dispose();
        await _reading;
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await _stream.ReadLineAsync() is { } line)
            {
                if (SeenEvent.Parse(line) is not { } seen)
                    continue;
                lock (_gate)
                    _seen.Add(seen);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or HttpRequestException or OperationCanceledException)
        {
            // The end of the run, or of the server: what is missing by then is counted.
        }
    }
}
