using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Orchestrator.Host.Serving;

/// <summary>Where the API listens: a Unix socket that only its user may open, or a loopback address. There is no authentication yet, so nothing else is allowed.</summary>
internal abstract record ListenEndpoint
{
    /// <summary>Reads <c>unix:PATH</c>, <c>PATH</c>, <c>ADDR:PORT</c> or <c>http://ADDR:PORT</c>.</summary>
    /// <exception cref="ServeException">The text is none of these, or not local.</exception>
    public static ListenEndpoint Parse(string text)
    {
        if (text.StartsWith("unix:", StringComparison.Ordinal) && text.Length > 5)
            return new Unix(Path.GetFullPath(text[5..]));
        if (text.StartsWith('/') || text.StartsWith('.'))
            return new Unix(Path.GetFullPath(text));
        var address = text.StartsWith("http://", StringComparison.Ordinal) ? text[7..].TrimEnd('/') : text;
        if (address.StartsWith("localhost:", StringComparison.Ordinal))
            address = "127.0.0.1" + address[9..];
        if (!IPEndPoint.TryParse(address, out var endpoint) || !address.Contains(':'))
            throw new ServeException($"--listen {text}: write unix:PATH or ADDR:PORT, for example unix:/run/orchestrator/orchestrator.sock or 127.0.0.1:8421");
        if (!IPAddress.IsLoopback(endpoint.Address))
            throw new ServeException($"--listen {text}: only loopback addresses are allowed, because the API has no authentication yet. Listen on a Unix socket and forward it with ssh, or put a proxy with TLS and authentication in front");
        return new Loopback(endpoint);
    }

    /// <summary>A socket bound to an address, not listening yet. A Unix socket is for its user only before anybody can connect to it.</summary>
    public static Socket Bind(EndPoint address)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(address);
        if (address is UnixDomainSocketEndPoint)
            File.SetUnixFileMode(address.ToString()!, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return socket;
    }

    /// <summary>Adds it to the web server.</summary>
    public abstract void AddTo(KestrelServerOptions server);

    /// <summary>Makes room for it.</summary>
    /// <exception cref="ServeException">Somebody else listens there.</exception>
    public abstract Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>A Unix socket.</summary>
    internal sealed record Unix(string SocketPath) : ListenEndpoint
    {
        public override void AddTo(KestrelServerOptions server) => server.ListenUnixSocket(SocketPath);

        public override async Task PrepareAsync(CancellationToken cancellationToken)
        {
            var directory = Path.GetDirectoryName(SocketPath)!;
            // A directory that somebody chose and made is theirs to open; a client that knows no better trusts the default one.
            if (!Directory.Exists(directory) || SocketPath == DefaultEndpoint.SocketPath())
                PrivateDirectory.Take(directory, DefaultEndpoint.UserId);
            if (FileStatus.Of(SocketPath) is not { } found)
                return;
            if (!found.IsSocket)
                throw new ServeException($"{SocketPath} is there and is not a socket: remove it, or choose another --listen");
            if (await IsServedAsync(cancellationToken).ConfigureAwait(false))
                throw new ServeException($"another process listens on {SocketPath}: end it, or choose another --listen");
            File.Delete(SocketPath);
        }

        public override string ToString() => "unix:" + SocketPath;

        private async Task<bool> IsServedAsync(CancellationToken cancellationToken)
        {
            using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await probe.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
            {
                // Only this says that nobody listens; a full queue, for one, says that somebody does.
                return false;
            }
            catch (SocketException)
            {
                return true;
            }
        }
    }

    /// <summary>A loopback address.</summary>
    internal sealed record Loopback(IPEndPoint Address) : ListenEndpoint
    {
        public override void AddTo(KestrelServerOptions server) => server.Listen(Address);

        public override Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override string ToString() => "http://" + Address;
    }
}
