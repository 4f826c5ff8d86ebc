using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;

namespace Orchestrator.Host.Api;

/// <summary>One client of <c>/v1/ws</c>: its messages in order, and its subscriptions, which share the socket.</summary>
/// <param name="socket">Open; closed when the session ends, not disposed.</param>
/// <param name="open">Begins a subscription's feed.</param>
/// <param name="streams">Where each subscription takes its place.</param>
/// <param name="time">Clock of deadlines.</param>
internal sealed class EventSocketSession(WebSocket socket, Func<EventQuery, CancellationToken, Task<EventFeed>> open, EventStreams streams, TimeProvider time) : IAsyncDisposable
{
    /// <summary>Subscriptions of one socket.</summary>
    public const int MaxSubscriptions = 64;

    /// <summary>Longest message of a client.</summary>
    public const int MaxMessageBytes = 64 << 10;

    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, EventSubscription> _subscriptions = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _ended = new(Timeout.InfiniteTimeSpan, time);
    private readonly SemaphoreSlim _sending = new(1);
    private readonly byte[] _received = new byte[MaxMessageBytes + 1];
    private int _isClosing;

    /// <summary>Serves until the client or <see cref="StopAsync"/> ends it.</summary>
    public async Task RunAsync()
    {
        try
        {
            await ObeyAllAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The client is gone, does not answer, or does not close.
        }
    }

    /// <summary>Tells the client that the node stops.</summary>
    public Task StopAsync() => CloseAsync(WebSocketCloseStatus.EndpointUnavailable, "the node stops");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_subscriptions.Values.Select(subscription => subscription.DisposeAsync().AsTask())).ConfigureAwait(false);
        _ended.Dispose();
        _sending.Dispose();
    }

    /// <summary>Sends a message, after those that are being sent.</summary>
    /// <exception cref="OperationCanceledException">The session has ended.</exception>
    internal async Task SendAsync(EventSocketMessage message)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(body))
            JsonSerializer.Serialize(writer, message, ApiJson.Default.EventSocketMessage);
        await _sending.WaitAsync(_ended.Token).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_isClosing != 0, this);
            await socket.SendAsync(body.WrittenMemory, WebSocketMessageType.Text, endOfMessage: true, _ended.Token).ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
        }
    }

    private static EventSocketRequest Parse(ReadOnlySpan<byte> message)
    {
        try
        {
            var request = JsonSerializer.Deserialize(message, ApiJson.Default.EventSocketRequest);
            object?[] members = [request?.Subscribe, request?.Credit, request?.Unsubscribe];
            return members.Count(member => member is not null) == 1
                ? request!
                : throw new EventSocketException(WebSocketCloseStatus.PolicyViolation, "a message has exactly one of subscribe, credit and unsubscribe");
        }
        catch (JsonException e)
        {
            throw new EventSocketException(WebSocketCloseStatus.PolicyViolation, $"no message of this API: {e.Message}");
        }
    }

    private async Task ObeyAllAsync()
    {
        try
        {
            while (await ReceiveAsync().ConfigureAwait(false) is { } message)
                await ObeyAsync(Parse(message.Span)).ConfigureAwait(false);
            await CloseAsync(WebSocketCloseStatus.NormalClosure, null).ConfigureAwait(false);
        }
        catch (EventSocketException breach)
        {
            await CloseAsync(breach.Status, breach.Message).ConfigureAwait(false);
            // What the client sends until it closes, too: bytes left unread would cost it the reason.
            while ((await socket.ReceiveAsync(_received.AsMemory(), _ended.Token).ConfigureAwait(false)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
    }

    /// <summary>The next message; <see langword="null"/> when the client closes.</summary>
    private async Task<ReadOnlyMemory<byte>?> ReceiveAsync()
    {
        for (var length = 0; ;)
        {
            var result = await socket.ReceiveAsync(_received.AsMemory(length), _ended.Token).ConfigureAwait(false);
            if (result.MessageType == WebSocketMessageType.Close)
                return null;
            length += result.Count;
            if (result.MessageType != WebSocketMessageType.Text)
                throw new EventSocketException(WebSocketCloseStatus.InvalidMessageType, "messages are text");
            if (length > MaxMessageBytes)
                throw new EventSocketException(WebSocketCloseStatus.MessageTooBig, $"a message has at most {MaxMessageBytes} bytes");
            if (result.EndOfMessage)
                return _received.AsMemory(0, length);
        }
    }

    private async Task ObeyAsync(EventSocketRequest request)
    {
        if (request.Subscribe is { } subscribe)
            await SubscribeAsync(subscribe).ConfigureAwait(false);
        else if (request.Credit is { } credit)
            Give(credit);
        else if (_subscriptions.Remove(request.Unsubscribe!.Id ?? "", out var subscription))
            await subscription.DisposeAsync().ConfigureAwait(false);
    }

    private async Task SubscribeAsync(EventRequest request)
    {
        foreach (var (id, ended) in _subscriptions.Where(subscription => subscription.Value.HasEnded).ToArray())
        {
            _subscriptions.Remove(id);
            await ended.DisposeAsync().ConfigureAwait(false);
        }
        if (string.IsNullOrEmpty(request.Id) || request.Credit is < 0 or > EventSubscription.MaxCredit)
            throw new EventSocketException(WebSocketCloseStatus.PolicyViolation, $"a subscription has an id, and a credit up to {EventSubscription.MaxCredit}");
        if (_subscriptions.ContainsKey(request.Id))
            throw new EventSocketException(WebSocketCloseStatus.PolicyViolation, "there is a subscription with this id");
        if (_subscriptions.Count == MaxSubscriptions)
            throw new EventSocketException(WebSocketCloseStatus.PolicyViolation, $"a socket has at most {MaxSubscriptions} subscriptions");
        _subscriptions[request.Id] = EventSubscription.Begin(request, cancellation => OpenAsync(request, cancellation), streams, SendAsync);
    }

    private Task<EventFeed> OpenAsync(EventRequest request, CancellationToken cancellation) => open(EventQuery.Parse(request, time), cancellation);

    /// <summary>A subscription that is not there may have ended while the message was on its way.</summary>
    private void Give(EventCredit credit)
    {
        if (credit.More < 1 || (_subscriptions.TryGetValue(credit.Id ?? "", out var subscription) && !subscription.TryGive(credit.More)))
            throw new EventSocketException(WebSocketCloseStatus.PolicyViolation, $"more is from 1 up, and the credit at most {EventSubscription.MaxCredit}");
    }

    private async Task CloseAsync(WebSocketCloseStatus status, string? reason)
    {
        if (Interlocked.Exchange(ref _isClosing, 1) != 0)
            return;
        try
        {
            _ended.CancelAfter(CloseTimeout);
            await _sending.WaitAsync(_ended.Token).ConfigureAwait(false);
            try
            {
                await socket.CloseOutputAsync(status, CloseReason.Fit(reason), _ended.Token).ConfigureAwait(false);
            }
            finally
            {
                _sending.Release();
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The client is gone already, or does not read.
        }
    }
}
