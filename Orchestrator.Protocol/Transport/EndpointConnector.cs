using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Orchestrator.Protocol.Transport;

/// <summary>Turns an <see cref="Endpoint"/> into a connected stream.</summary>
public static class EndpointConnector
{
    /// <summary>Connects; for TLS, also authenticates. The stream belongs to the caller.</summary>
    /// <exception cref="SocketException">Nobody listens, or the address is unreachable.</exception>
    /// <exception cref="System.Security.Authentication.AuthenticationException">The server's certificate is not the one asked for.</exception>
    public static async Task<Stream> ConnectAsync(Endpoint endpoint, CancellationToken cancellationToken) => endpoint switch
    {
        Endpoint.Unix unix => new NetworkStream(await ConnectUnixAsync(unix.Path, cancellationToken).ConfigureAwait(false), ownsSocket: true),
        Endpoint.Tcp tcp => await ConnectTcpAsync(tcp.Host, tcp.Port, cancellationToken).ConfigureAwait(false),
        Endpoint.Tls tls => await ConnectTlsAsync(tls, cancellationToken).ConfigureAwait(false),
        _ => throw new ArgumentOutOfRangeException(nameof(endpoint)),
    };

    internal static Task<Socket> ConnectUnixAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        return ConnectSocketAsync(socket, s => s.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken));
    }

    private static async Task<Stream> ConnectTcpAsync(string host, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        return new NetworkStream(await ConnectSocketAsync(socket, s => s.ConnectAsync(host, port, cancellationToken)).ConfigureAwait(false), ownsSocket: true);
    }

    private static async Task<Socket> ConnectSocketAsync(Socket socket, Func<Socket, ValueTask> connect)
    {
        try
        {
            await connect(socket).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<Stream> ConnectTlsAsync(Endpoint.Tls endpoint, CancellationToken cancellationToken)
    {
        var below = new HeldWrites(await ConnectTcpAsync(endpoint.Host, endpoint.Port, cancellationToken).ConfigureAwait(false));
        var stream = new SslStream(below);
        try
        {
            await stream.AuthenticateAsClientAsync(ClientOptions(endpoint), cancellationToken).ConfigureAwait(false);
            return endpoint.Options.MaxRecord is { } size ? new SmallRecords(stream, below, size) : stream;
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static SslClientAuthenticationOptions ClientOptions(Endpoint.Tls endpoint)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = endpoint.Options.ServerName ?? endpoint.Host };
        if (endpoint.Options.CertificateFile is { } certificate)
            options.ClientCertificates = [X509Certificate2.CreateFromPemFile(certificate, endpoint.Options.KeyFile ?? certificate)];
        if (endpoint.Options.AuthorityFile is { } authority)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            options.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(authority);
        }
        return options;
    }
}
