using System.Net;
using Orchestrator.Host.Clustering.Tls;

namespace Orchestrator.Host.Clustering;

/// <summary>Calls the APIs of other nodes.</summary>
/// <param name="tls">The cluster's certificates; <see langword="null"/> on loopback.</param>
internal sealed class PeerClient(ClusterTls? tls) : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>For requests that are handed on.</summary>
    public HttpMessageInvoker Invoker { get; } = new(tls?.CreateHandler() ?? new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        ConnectTimeout = ConnectTimeout,
    });

    /// <inheritdoc/>
    public void Dispose() => Invoker.Dispose();
}
