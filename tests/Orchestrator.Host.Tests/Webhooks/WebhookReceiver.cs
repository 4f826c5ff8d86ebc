using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Host.Tests.Webhooks;

/// <summary>A receiver as a user would write one: it checks signatures by its own code, and answers what a test tells it to.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Channel<Received> _received = Channel.CreateUnbounded<Received>();
    private readonly WebApplication _application;

    private WebhookReceiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _application = builder.Build();
        _application.Run(AnswerAsync);
    }

    public Uri Url => new(new Uri(_application.Urls.First()), "hook");

    /// <summary>What is done with events; 204 unless a test says otherwise.</summary>
    public Func<HttpContext, Task> OnEvents { get; set; } = Status(204);

    /// <summary>What is done with the question whether it wants events; yes, unless a test says otherwise.</summary>
    public Func<HttpContext, Task> OnQuestion { get; set; } = context =>
    {
        context.Response.Headers["WebHook-Allowed-Origin"] = context.Request.Headers["WebHook-Request-Origin"];
        return Task.CompletedTask;
    };

    public static async Task<WebhookReceiver> StartAsync()
    {
        var receiver = new WebhookReceiver();
        await receiver._application.StartAsync();
        return receiver;
    }

    /// <summary>Answers with a status and nothing else.</summary>
    public static Func<HttpContext, Task> Status(int status, params (string Name, string Value)[] headers) => context =>
    {
        context.Response.StatusCode = status;
        foreach (var (name, value) in headers)
            context.Response.Headers[name] = value;
        return Task.CompletedTask;
    };

    /// <summary>The next request with events.</summary>
    public Task<Received> NextAsync() => _received.Reader.ReadAsync().AsTask().WaitAsync(Patience, TimeProvider.System);

    /// <summary>Requests that nobody has looked at.</summary>
    public int Waiting => _received.Reader.Count;

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync(new CancellationToken(canceled: true));
        await _application.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (HttpMethods.IsOptions(context.Request.Method))
        {
            await OnQuestion(context);
            return;
        }
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var headers = context.Request.Headers;
        _received.Writer.TryWrite(new Received(headers["webhook-id"].ToString(), headers["webhook-timestamp"].ToString(), headers["webhook-signature"].ToString(), context.Request.ContentType, body.ToArray()));
        await OnEvents(context);
    }

    /// <summary>A request with events.</summary>
    internal sealed record Received(string Id, string Timestamp, string Signature, string? ContentType, byte[] Body)
    {
        public JsonElement Json => JsonElement.Parse(Body);

        /// <summary>Value of <c>offset</c> in the event, which tests count with.</summary>
        public int Number => NumberOf(Json);

        public static int NumberOf(JsonElement cloudEvent) => cloudEvent.GetProperty("data").GetProperty("data").GetProperty("offset").GetInt32();

        /// <summary>As docs/WEBHOOKS.md tells receivers to check.</summary>
        public bool IsSignedWith(string secret)
        {
            var key = Convert.FromBase64String(secret["whsec_".Length..]);
            var signed = Encoding.UTF8.GetBytes($"{Id}.{Timestamp}.{Encoding.UTF8.GetString(Body)}");
            var expected = "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed));
            var age = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - long.Parse(Timestamp, CultureInfo.InvariantCulture);
            return Math.Abs(age) < 300 && Signature.Split(' ').Contains(expected);
        }
    }
}
