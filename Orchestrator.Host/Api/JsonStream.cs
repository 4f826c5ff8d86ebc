using System.Buffers;
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

    private JsonStream(HttpResponse response, bool serverSentEvents, TimeProvider time) => (_response, _serverSentEvents, _time) = (response, serverSentEvents, time);

    /// <summary>Prepares the response; from now on <see cref="HttpContext.RequestAborted"/> also says that the node stops. The head goes out with the first <see cref="FlushAsync"/>.</summary>
    public static JsonStream Open(HttpContext context, TimeProvider time)
    {
        var serverSentEvents = context.Request.Headers.Accept.Any(accept => accept?.Contains("text/event-stream", StringComparison.Ordinal) == true);
        context.Response.ContentType = serverSentEvents ? "text/event-stream" : "application/x-ndjson";
        context.Response.Headers.CacheControl = "no-cache";
        if (context.RequestServices?.GetService<IHostApplicationLifetime>() is { } node)
        {
            // A node that stops would else wait for readers who never leave.
            var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, node.ApplicationStopping);
            context.Response.RegisterForDispose(either);
            context.RequestAborted = either.Token;
        }
        return new JsonStream(context.Response, serverSentEvents, time);
    }

    /// <summary>Begins the response; its head goes out at once.</summary>
    public static async Task<JsonStream> StartAsync(HttpContext context, TimeProvider time)
    {
        var stream = Open(context, time);
        await stream.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        return stream;
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
        using (var writer = new Utf8JsonWriter(body))
            JsonSerializer.Serialize(writer, value, type);
        WriteText(body, _serverSentEvents ? "\n\n" : "\n");
    }

    /// <summary>Sends what was written.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken) => await _response.BodyWriter.FlushAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Awaits news, with a comment every 15 s for readers of server-sent events.</summary>
    public async Task<T> AwaitNewsAsync<T>(Task<T> news, CancellationToken cancellationToken)
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
                    WriteText(_response.BodyWriter, ": still here\n\n");
                await FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static void WriteText(IBufferWriter<byte> body, string text) => Encoding.UTF8.GetBytes(text.AsSpan(), body);
}
