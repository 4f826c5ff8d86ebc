using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Orchestrator.Host.Api;

/// <summary>
/// A response of JSON objects as they come: a line each (<c>application/x-ndjson</c>), or server-sent events, as the request accepts.
/// Back-pressure is the connection's: nothing is buffered beyond what is being written.
/// </summary>
internal sealed class JsonStream
{
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(15);

    private readonly HttpResponse _response;
    private readonly bool _serverSentEvents;
    private readonly TimeProvider _time;
    private readonly Utf8JsonWriter _writer;

    private JsonStream(HttpResponse response, bool serverSentEvents, TimeProvider time)
    {
        (_response, _serverSentEvents, _time) = (response, serverSentEvents, time);
        _writer = new Utf8JsonWriter(response.BodyWriter);
    }

    /// <summary>Whether the request accepts server-sent events.</summary>
    public static bool AsksForServerSentEvents(HttpRequest request) => request.Headers.Accept.Any(accept => accept?.Contains("text/event-stream", StringComparison.Ordinal) == true);

    /// <summary>Begins the response; its head goes out at once. From here on, <see cref="HttpContext.RequestAborted"/> also comes when the node stops.</summary>
    /// <param name="context">The request.</param>
    /// <param name="time">Clock of the heartbeat.</param>
    /// <param name="retry">How long a reader of server-sent events should wait before it connects anew; <see langword="null"/>: as it likes.</param>
    public static async Task<JsonStream> StartAsync(HttpContext context, TimeProvider time, TimeSpan? retry = null)
    {
        context.EndWithNode();
        var serverSentEvents = AsksForServerSentEvents(context.Request);
        context.Response.ContentType = serverSentEvents ? "text/event-stream" : "application/x-ndjson";
        context.Response.Headers.CacheControl = "no-cache";
        if (serverSentEvents && retry is { } pause)
            WriteText(context.Response.BodyWriter, string.Create(CultureInfo.InvariantCulture, $"retry: {pause.TotalMilliseconds:0}\n\n"));
        // Starting alone leaves the head in a buffer until something is written.
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        return new JsonStream(context.Response, serverSentEvents, time);
    }

    /// <summary>Adds an object to what is sent by <see cref="FlushAsync"/>.</summary>
    /// <param name="name">Event name for server-sent events.</param>
    /// <param name="id">Position for <c>Last-Event-ID</c>.</param>
    /// <param name="value">The object.</param>
    /// <param name="type">How it is written.</param>
    public void Write<T>(string name, string? id, T value, JsonTypeInfo<T> type)
    {
        var body = _response.BodyWriter;
        if (_serverSentEvents)
            WriteText(body, id is null ? $"event: {name}\ndata: " : $"event: {name}\nid: {id}\ndata: ");
        _writer.Reset(body);
        JsonSerializer.Serialize(_writer, value, type);
        WriteText(body, _serverSentEvents ? "\n\n" : "\n");
    }

    /// <summary>Sends what was written.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken) => await _response.BodyWriter.FlushAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Awaits news, with a comment every 15 s for readers of server-sent events.</summary>
    /// <param name="news">What is awaited.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="position">Position for <c>Last-Event-ID</c> meanwhile, which moves on over what the reader does not want; <see langword="null"/>: as it was.</param>
    public async Task<T> AwaitNewsAsync<T>(Task<T> news, CancellationToken cancellationToken, string? position = null)
    {
        while (true)
        {
            try
            {
                return await news.WaitAsync(HeartbeatInterval, _time, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                if (_serverSentEvents)
                    WriteText(_response.BodyWriter, position is null ? ": still here\n\n" : $": still here\nid: {position}\n\n");
                await FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static void WriteText(IBufferWriter<byte> body, string text) => Encoding.UTF8.GetBytes(text.AsSpan(), body);
}
