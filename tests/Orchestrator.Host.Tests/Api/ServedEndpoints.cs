using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orchestrator.Host.Api;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Tests.Api;

/// <summary>Some endpoints of the API without their node: what they ask is what a test has put into its parts.</summary>
internal sealed class ServedEndpoints : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orc-");
    private readonly WebApplication _app;

    private ServedEndpoints(Node node, Action<IServiceCollection> addServices, Action<IEndpointRouteBuilder> map)
    {
        var socket = Path.Combine(_directory.FullName, "s");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(socket));
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default));
        builder.Services.AddSingleton(node);
        addServices(builder.Services);
        _app = builder.Build();
        _app.UseMiddleware<ProblemMiddleware>();
        map(_app);
        Http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellation);
                return new NetworkStream(connection, ownsSocket: true);
            },
        })
        { BaseAddress = new Uri("http://localhost/") };
    }

    public HttpClient Http { get; }

    public static async Task<ServedEndpoints> StartAsync(Node node, Action<IServiceCollection> addServices, Action<IEndpointRouteBuilder> map)
    {
        var endpoints = new ServedEndpoints(node, addServices, map);
        await endpoints._app.StartAsync();
        return endpoints;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}
