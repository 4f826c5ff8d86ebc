using System.Buffers;
using System.IO.Pipelines;
using Orchestrator.Bench.Fleet.Clients.Server;

namespace Orchestrator.Bench.Events.Subscribers;

/// <summary>One reader of <c>/v1/events</c> on a connection of its own.</summary>
public sealed class EventSubscriber : IDisposable
{
    /// <summary>Events as lines of JSON.</summary>
    public const string Ndjson = "application/x-ndjson";

    /// <summary>Server-sent events.</summary>
    public const string ServerSent = "text/event-stream";

    private const int BufferBytes = 1 << 16;
    private const int LongestLine = 1 << 20;
    private readonly HttpResponseMessage _answer;

    private EventSubscriber(HttpResponseMessage answer) => _answer = answer;

    /// <summary>When the last event that was read arrived, on the machine's monotonic clock.</summary>
    public long LastArrival { get; private set; }

    /// <summary>When the first event that was read had been sent.</summary>
    public long FirstSent { get; private set; } = long.MaxValue;

    /// <summary>When the last one had been sent.</summary>
    public long LastSent { get; private set; }

    /// <summary>Events that the server said are missing.</summary>
    public long Lost { get; private set; }

    /// <summary>Subscribes; what happens after this returns will be read.</summary>
    /// <param name="api">The server.</param>
    /// <param name="format"><see cref="Ndjson"/> or <see cref="ServerSent"/>.</param>
    /// <param name="type">Type of the events to get; <see langword="null"/>: all.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <exception cref="BenchException">The server refuses.</exception>
    public static async Task<EventSubscriber> OpenAsync(ServerApi api, string format, string? type, CancellationToken cancel) =>
        new(await api.OpenAsync(type is null ? "v1/events" : $"v1/events?type={type}", format, cancel));

    /// <summary>Reads until <paramref name="count"/> events have come or are known to be missing. At most once.</summary>
    /// <param name="count">From 1 up.</param>
    /// <param name="order">Checks them.</param>
    /// <param name="latencies">Gets the time of each from the socket of the VM to here, ms, if there is one.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <exception cref="BenchException">The stream ended early, or an event was doubled, out of its order, or lost without a word.</exception>
    public async Task ReadAsync(long count, EventOrder order, ICollection<double>? latencies, CancellationToken cancel)
    {
        var reader = PipeReader.Create(await _answer.Content.ReadAsStreamAsync(cancel), new StreamPipeReaderOptions(bufferSize: BufferBytes));
        try
        {
            while (order.Count < count)
            {
                var read = await reader.ReadAsync(cancel);
                var now = TimeProvider.System.GetTimestamp();
                var rest = Take(read.Buffer, now, order, latencies);
                if (rest.Length > LongestLine)
                    throw new BenchException($"a line of the event stream is longer than {LongestLine} bytes");
                reader.AdvanceTo(rest.Start, rest.End);
                if (read.IsCompleted && order.Count < count)
                    throw new BenchException($"the event stream ended after {order.Count} of {count} events");
            }
        }
        finally
        {
            Lost = order.Lost;
            await reader.CompleteAsync();
        }
    }

    /// <summary>Ends the subscription.</summary>
    public void Dispose() => _answer.Dispose();

    private ReadOnlySequence<byte> Take(ReadOnlySequence<byte> bytes, long now, EventOrder order, ICollection<double>? latencies)
    {
        var lines = new SequenceReader<byte>(bytes);
        while (lines.TryReadTo(out ReadOnlySequence<byte> line, (byte)'\n'))
        {
            if (EventLine.Of(line.IsSingleSegment ? line.FirstSpan : line.ToArray()) is not { } happened)
                continue;
            order.Take(happened);
            if (happened.Missing > 0)
                continue;
            (LastArrival, LastSent) = (now, Math.Max(LastSent, happened.Sent));
            FirstSent = Math.Min(FirstSent, happened.Sent);
            latencies?.Add(TimeProvider.System.GetElapsedTime(happened.Sent, now).TotalMilliseconds);
        }
        return lines.UnreadSequence;
    }
}
