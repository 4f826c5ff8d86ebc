using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Subscriptions;

namespace Orchestrator.Actors.Tests.Events.Subscriptions;

/// <summary>A receiver in the hands of a test: every request waits until it is answered. An event is encoded as its sequence.</summary>
internal sealed class FakeWebhooks : IWebhookSender
{
    private readonly Channel<Sent> _sent = Channel.CreateUnbounded<Sent>();
    private int _count;

    public HandshakeAnswer Handshake { get; set; } = new(true, null, "HTTP 200 OK");

    /// <summary>Sequence of an event that cannot be encoded.</summary>
    public long? Poison { get; set; }

    /// <summary>Requests so far.</summary>
    public int Count => Volatile.Read(ref _count);

    public WebhookDocument Encode(FleetEvent happened, EventCursor after) => happened.Sequence == Poison
        ? throw new InvalidOperationException("poison")
        : new WebhookDocument(happened.Type, happened.VmName, Encoding.UTF8.GetBytes(happened.Sequence.ToString(CultureInfo.InvariantCulture)));

    public WebhookDocument Encode(string host, EventGap gap, EventCursor after) => new("gap", null, Encoding.UTF8.GetBytes($"\"gap {gap.From} {gap.To}\""));

    public WebhookDocument Encode(StreamNotice notice, EventCursor after) => new(notice.Type, null, Encoding.UTF8.GetBytes($"\"{notice.Kind} {notice.Host}\""));

    public WebhookDocument EncodeTest(string subscriptionId, DateTimeOffset time) => new("test", null, "\"test\""u8.ToArray());

    public Task<WebhookAnswer> SendAsync(WebhookRequest request, CancellationToken cancellationToken)
    {
        var sent = new Sent(request);
        cancellationToken.Register(() => sent.Answered.TrySetCanceled(cancellationToken));
        Interlocked.Increment(ref _count);
        _sent.Writer.TryWrite(sent);
        return sent.Answered.Task;
    }

    public Task<HandshakeAnswer> AskAsync(Uri url, TimeSpan timeout, CancellationToken cancellationToken) => Task.FromResult(Handshake);

    /// <summary>The next request.</summary>
    public Task<Sent> NextAsync() => _sent.Reader.ReadAsync().AsTask();

    /// <summary>A request that waits for its answer.</summary>
    internal sealed record Sent(WebhookRequest Request)
    {
        public TaskCompletionSource<WebhookAnswer> Answered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>What is in it, with commas between.</summary>
        public string Text => string.Join(',', Request.Documents.Select(document => Encoding.UTF8.GetString(document.Json.Span)));

        public void Answer(int? status, TimeSpan? retryAfter = null) => Answered.SetResult(new WebhookAnswer(status, status is null ? "no answer" : $"HTTP {status}", retryAfter, TimeSpan.Zero));
    }
}
