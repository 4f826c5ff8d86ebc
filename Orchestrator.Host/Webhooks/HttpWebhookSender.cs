using System.Globalization;
using System.Text.Json;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Subscriptions;
using Orchestrator.Host.Api;

namespace Orchestrator.Host.Webhooks;

/// <summary>Speaks to receivers over HTTP. It follows no redirect, keeps no cookie, takes no proxy of the environment and reads little of an answer.</summary>
internal sealed class HttpWebhookSender : IWebhookSender, IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(1);
    private const int MaxHeadersKilobytes = 16;

    private readonly string _host;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    /// <param name="host">Name of the node's VmHost: it is told to receivers as the origin.</param>
    /// <param name="time">Clock of deadlines and signatures.</param>
    public HttpWebhookSender(string host, TimeProvider time)
    {
        (_host, _time) = (host, time);
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = ConnectTimeout,
            PooledConnectionLifetime = ConnectionLifetime,
            MaxResponseHeadersLength = MaxHeadersKilobytes,
            MaxResponseDrainSize = WebhookResponses.MaxBodyBytes,
            ResponseDrainTimeout = DrainTimeout,
        })
        { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd($"orchestrator/{SystemEndpoints.Version.Split('+')[0]}");
    }

    /// <inheritdoc/>
    public WebhookDocument Encode(FleetEvent happened, EventCursor after) => DocumentOf(EventView.Of(happened, after));

    /// <inheritdoc/>
    public WebhookDocument Encode(string host, EventGap gap, EventCursor after) => DocumentOf(EventView.OfGap(host, gap, after));

    /// <inheritdoc/>
    public WebhookDocument Encode(StreamNotice notice, EventCursor after) => DocumentOf(EventView.OfNotice(notice, after));

    /// <inheritdoc/>
    public WebhookDocument EncodeTest(string subscriptionId, DateTimeOffset time) => DocumentOf(new EventView
    {
        Id = string.Create(CultureInfo.InvariantCulture, $"test/{subscriptionId}/{time.ToUnixTimeMilliseconds()}"),
        Source = $"/hosts/{_host}/subscriptions/{subscriptionId}",
        Type = "io.orchestrator.subscription.test",
        Time = time,
    });

    /// <inheritdoc/>
    public async Task<WebhookAnswer> SendAsync(WebhookRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var started = _time.GetTimestamp();
        using var message = MessageOf(request);
        return await ExchangeAsync(
            message,
            request.Spec.Timeout,
            (response, description) => new WebhookAnswer((int)response.StatusCode, description, WebhookResponses.RetryAfterOf(response, _time.GetUtcNow()), _time.GetElapsedTime(started)),
            trouble => new WebhookAnswer(null, trouble, null, _time.GetElapsedTime(started)),
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<HandshakeAnswer> AskAsync(Uri url, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Options, url) { Headers = { { "WebHook-Request-Origin", _host } } };
        return await ExchangeAsync(
            message,
            timeout,
            (response, description) => WebhookResponses.HandshakeOf(response, _host, description),
            WebhookResponses.Refused,
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<T> ExchangeAsync<T>(HttpRequestMessage message, TimeSpan timeout, Func<HttpResponseMessage, string, T> answered, Func<string, T> failed, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            return answered(response, await WebhookResponses.DescribeAsync(response, either.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return failed(deadline.IsCancellationRequested ? string.Create(CultureInfo.InvariantCulture, $"no answer within {timeout.TotalSeconds:0.###} s") : "no answer: no connection within 5 s");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return failed($"no answer: {(e.InnerException ?? e).Message}");
        }
    }

    private HttpRequestMessage MessageOf(WebhookRequest request)
    {
        var body = WebhookContent.BytesOf(request.Spec.Mode, request.Documents);
        var timestamp = _time.GetUtcNow().ToUnixTimeSeconds();
        return new HttpRequestMessage(HttpMethod.Post, request.Spec.Url)
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = WebhookContent.TypeOf(request.Spec.Mode) } },
            Headers =
            {
                { "webhook-id", request.Id },
                { "webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture) },
                { "webhook-signature", WebhookSignature.Of(request.Secrets, request.Id, timestamp, body) },
            },
        };
    }

    private static WebhookDocument DocumentOf(EventView view) => new(view.Type, view.Subject, JsonSerializer.SerializeToUtf8Bytes(view, ApiJson.Default.EventView));
}
