using System.Globalization;
using System.Net;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Configuration;

/// <summary>Where a node of a cluster is reached.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">1 to <see cref="MaxPort"/>.</param>
internal sealed record NodeAddress(string Host, int Port)
{
    /// <summary>Highest port: the next one is the peer's by default.</summary>
    public const int MaxPort = 65534;

    /// <summary>Whether it is a name or an address, with a port that a node may have.</summary>
    public bool IsUsable => Port is >= 1 and <= MaxPort && Uri.CheckHostName(Host) != UriHostNameType.Unknown;

    /// <summary>Whether no other machine reaches it.</summary>
    public bool IsLoopback => Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(Host, out var address) && IPAddress.IsLoopback(address));

    /// <summary>Reads <c>HOST:PORT</c>; an IPv6 address stands in brackets.</summary>
    /// <exception cref="ServeException">It is something else.</exception>
    public static NodeAddress Parse(string? text, string path, string setting)
    {
        var colon = text?.LastIndexOf(':') ?? -1;
        if (text is not null && colon > 0 && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= MaxPort
            && HostOf(text[..colon]) is { } host)
            return new NodeAddress(host, port);
        throw new ServeException($"{path}: '{text}' in '{setting}' of 'cluster' is not HOST:PORT, such as 10.0.0.1:4053");
    }

    /// <summary>Brackets stand around an IPv6 address, and around nothing else.</summary>
    private static string? HostOf(string text)
    {
        var isBracketed = text is ['[', .., ']'];
        var host = isBracketed ? text[1..^1] : text;
        return Uri.CheckHostName(host) is var kind and not UriHostNameType.Unknown && kind == UriHostNameType.IPv6 == isBracketed ? host : null;
    }

    /// <inheritdoc/>
    public override string ToString() => (Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:" : Host + ":") + Port.ToString(CultureInfo.InvariantCulture);
}
