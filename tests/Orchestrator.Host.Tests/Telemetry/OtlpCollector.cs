using System.Net;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Host.Tests.Telemetry;

/// <summary>Takes what is exported over OTLP's <c>http/protobuf</c>: the names in it are text.</summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Channel<(string Path, string Body)> _received = Channel.CreateUnbounded<(string, string)>();
    private readonly WebApplication _application;

    private OtlpCollector()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _application = builder.Build();
        _application.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            _received.Writer.TryWrite((context.Request.Path, Encoding.Latin1.GetString(body.ToArray())));
            context.Response.ContentType = "application/x-protobuf";
        });
    }

    public string Url => _application.Urls.First();

    public static async Task<OtlpCollector> StartAsync()
    {
        var collector = new OtlpCollector();
        await collector._application.StartAsync();
        return collector;
    }

    /// <summary>The next that is exported of a kind.</summary>
    public async Task<string> NextAsync(string path = "/v1/traces")
    {
        while (true)
        {
            var (to, body) = await _received.Reader.ReadAsync().AsTask().WaitAsync(Patience, TimeProvider.System);
            if (to == path)
                return body;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync(new CancellationToken(canceled: true));
        await _application.DisposeAsync();
    }
}
