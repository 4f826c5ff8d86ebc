using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Orchestrator.Host.Serving;

/// <summary>Where the API listens: a Unix socket that only its user may open, or a loopback address. There is no authentication yet, so nothing else is allowed.</summary>
internal abstract record ListenEndpoint
{
    /// <summary>Reads <c>unix:PATH</c>, <c>PATH</c>, <c>ADDR:PORT</c> or <c>http://ADDR:PORT</c>.</summary>
    /// <exception cref="ServeException">The text is none of these, or not local.</exception>
    public static ListenEndpoint Parse(string text)
    {
        if (text.StartsWith("unix:", StringComparison.Ordinal))
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
            if (!Directory.Exists(directory))
                Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            if (!File.Exists(SocketPath))
                return;
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
            catch (SocketException)
            {
                return false;
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
