using System.Net;

namespace Orchestrator.Host.Clustering;

/// <summary>Calls the APIs of other nodes.</summary>
/// <param name="tls">Settings of TLS with the cluster's certificates; <see langword="null"/> on loopback.</param>
internal sealed class PeerClient(System.Net.Security.SslClientAuthenticationOptions? tls) : IDisposable
{
    /// <summary>For requests that are handed on.</summary>
    public HttpMessageInvoker Invoker { get; } = new(Handler(tls));

    /// <inheritdoc/>
    public void Dispose() => Invoker.Dispose();

    private static SocketsHttpHandler Handler(System.Net.Security.SslClientAuthenticationOptions? tls)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        };
        if (tls is not null)
            handler.SslOptions = tls;
        return handler;
    }
}
