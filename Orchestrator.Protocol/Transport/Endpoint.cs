using System.Globalization;

namespace Orchestrator.Protocol.Transport;

/// <summary>Where a QMP monitor or an agent channel listens. Text forms: a path, <c>unix:PATH</c>, <c>tcp:HOST:PORT</c>, <c>tls:HOST:PORT</c>.</summary>
public abstract record Endpoint
{
    private Endpoint()
    {
    }

    /// <summary>A Unix stream socket. Linux limits the path to 107 bytes.</summary>
    public sealed record Unix(string Path) : Endpoint
    {
        /// <inheritdoc/>
        public override string ToString() => "unix:" + Path;
    }

    /// <summary>Plain TCP: only for loopback or a network that nobody else reaches, QMP has no authentication of its own.</summary>
    public sealed record Tcp(string Host, int Port) : Endpoint
    {
        /// <inheritdoc/>
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"tcp:{Host}:{Port}");
    }

    /// <summary>TLS over TCP, as QEMU's <c>tls-creds-x509</c> serves it: the server's name is verified, a client certificate is usual.</summary>
    public sealed record Tls(string Host, int Port, TlsClientOptions Options) : Endpoint
    {
        /// <inheritdoc/>
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"tls:{Host}:{Port}");
    }

    /// <summary>A channel that another node has and passes on, byte by byte. It has no text form to be configured with, and <see cref="EndpointConnector"/> does not know the way.</summary>
    /// <param name="Node">Where the node is asked, as a URL.</param>
    /// <param name="Vm">Name of the VM there.</param>
    /// <param name="Channel"><c>qmp</c> or <c>agent</c>.</param>
    public sealed record Relayed(string Node, string Vm, string Channel) : Endpoint
    {
        /// <inheritdoc/>
        public override string ToString() => $"{Channel} of {Vm} by way of {Node}";
    }

    /// <summary>Reads the text form.</summary>
    /// <param name="text">A path beginning with <c>/</c> or <c>.</c>, or one of the prefixed forms.</param>
    /// <param name="tls">Certificates for <c>tls:</c>; the system's authorities and no client certificate by default.</param>
    /// <exception cref="FormatException">The text has none of the forms; the message names them.</exception>
    public static Endpoint Parse(string text, TlsClientOptions? tls = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.StartsWith("unix:", StringComparison.Ordinal) && text.Length > 5)
            return new Unix(text[5..]);
        if (text.StartsWith("tcp:", StringComparison.Ordinal))
        {
            var (host, port) = SplitHostAndPort(text, 4);
            return new Tcp(host, port);
        }
        if (text.StartsWith("tls:", StringComparison.Ordinal))
        {
            var (host, port) = SplitHostAndPort(text, 4);
            return new Tls(host, port, tls ?? new TlsClientOptions());
        }
        if (text.Length > 0 && text[0] is '/' or '.')
            return new Unix(text);
        throw Malformed(text);
    }

    private static (string Host, int Port) SplitHostAndPort(string text, int start)
    {
        var colon = text.LastIndexOf(':');
        if (colon <= start || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
            throw Malformed(text);
        var host = text[start..colon].Trim('[', ']');
        return host.Length > 0 ? (host, port) : throw Malformed(text);
    }

    private static FormatException Malformed(string text) =>
        new($"'{text}' is not an endpoint. Write a path (/run/vm/qmp.sock), unix:PATH, tcp:HOST:PORT or tls:HOST:PORT.");
}
