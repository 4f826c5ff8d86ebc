using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Host.Tests.Clustering;

/// <summary>A listener on loopback that counts the requests that come as far as it, and answers with the subject of its caller.</summary>
internal sealed class PeerServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private int _requests;

    private PeerServer(Action<ListenOptions> secure)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, secure));
        _application = builder.Build();
        _application.Run(context =>
        {
            Interlocked.Increment(ref _requests);
            return context.Response.WriteAsync(context.Connection.ClientCertificate?.Subject ?? "nobody");
        });
    }

    public int Requests => Volatile.Read(ref _requests);

    public Uri Url => new(_application.Urls.First());

    public static async Task<PeerServer> StartAsync(Action<ListenOptions> secure)
    {
        var server = new PeerServer(secure);
        await server._application.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
