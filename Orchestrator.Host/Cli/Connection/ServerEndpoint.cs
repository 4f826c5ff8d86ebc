using System.Net.Sockets;

namespace Orchestrator.Host.Cli.Connection;

/// <summary>Where the server is: a Unix socket, or an HTTP URL.</summary>
/// <param name="BaseAddress">Base of all requests; <c>http://localhost/</c> for a Unix socket.</param>
/// <param name="SocketPath">Path of the socket; <see langword="null"/> for a URL.</param>
internal sealed record ServerEndpoint(Uri BaseAddress, string? SocketPath)
{
    /// <summary>As people write it, for messages.</summary>
    public override string ToString() => SocketPath is null ? BaseAddress.ToString() : $"unix:{SocketPath}";

    /// <summary>Reads <c>http://HOST:PORT</c>, <c>unix:PATH</c> or a path that has a <c>/</c> in it.</summary>
    /// <exception cref="CliException">It is none of these.</exception>
    public static ServerEndpoint Parse(string text)
    {
        if (text.StartsWith("http://", StringComparison.Ordinal) || text.StartsWith("https://", StringComparison.Ordinal))
        {
            return Uri.TryCreate(text.EndsWith('/') ? text : text + "/", UriKind.Absolute, out var address)
                ? new ServerEndpoint(address, null)
                : throw Invalid(text);
        }
        var path = text.StartsWith("unix://", StringComparison.Ordinal) ? text["unix://".Length..]
            : text.StartsWith("unix:", StringComparison.Ordinal) ? text["unix:".Length..]
            : text.Contains('/') && !text.Contains("://", StringComparison.Ordinal) ? text
            : "";
        return path.Length > 0 ? new ServerEndpoint(new Uri("http://localhost/"), path) : throw Invalid(text);
    }

    /// <summary>A handler that connects to it within 5 s.</summary>
    public SocketsHttpHandler CreateHandler()
    {
        var handler = new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5), UseProxy = SocketPath is null };
        if (SocketPath is { } path)
            handler.ConnectCallback = (_, cancellation) => ConnectAsync(path, cancellation);
        return handler;
    }

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static CliException Invalid(string text) =>
        CliException.Usage($"'{text}' is not a server: write http://HOST:PORT, unix:PATH or a path such as ./orchestrator.sock");
}
