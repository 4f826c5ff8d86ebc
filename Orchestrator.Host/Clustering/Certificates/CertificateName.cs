using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Orchestrator.Host.Clustering.Certificates;

/// <summary>A name that a certificate can be for: a DNS name, which may be a single word as nodes' names are, or an IP address. No wildcards.</summary>
/// <param name="Text">The DNS name, or the address as it is usually written.</param>
/// <param name="Address">The IP address; <see langword="null"/> for a DNS name.</param>
internal sealed record CertificateName(string Text, IPAddress? Address)
{
    private const int MaxNameLength = 253;
    private const int MaxLabelLength = 63;

    /// <summary>Reads a DNS name or an IP address; an IPv6 address may be in brackets, as in a URL.</summary>
    /// <returns><see langword="null"/> if it is neither: a wildcard, a name with a port, an address with a zone.</returns>
    public static CertificateName? TryParse(string text)
    {
        var inner = text is ['[', .., ']'] ? text[1..^1] : text;
        // A single number is an address for .NET, and a fine name for a node.
        if ((inner.Contains(':') || inner.Count(character => character == '.') == 3) && !inner.Contains('%') && IPAddress.TryParse(inner, out var address))
            return Of(address);
        return text.Length <= MaxNameLength && text.Split('.').All(IsLabel) ? new CertificateName(text, null) : null;
    }

    /// <summary>The names in a certificate's subject alternative names. Its subject is no name.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">They are malformed.</exception>
    public static IReadOnlyList<CertificateName> AllOf(X509Certificate2 certificate) =>
    [
        .. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(names => names.EnumerateDnsNames().Select(name => new CertificateName(name, null)).Concat(names.EnumerateIPAddresses().Select(Of))),
    ];

    /// <summary>Whether a certificate is for this name: the same letters, whatever their case, or the same address.</summary>
    public bool IsOf(X509Certificate2 certificate) => AllOf(certificate).Any(name => Address is null
        ? name.Address is null && name.Text.Equals(Text, StringComparison.OrdinalIgnoreCase)
        : Address.Equals(name.Address));

    private static CertificateName Of(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return new CertificateName(plain.ToString(), plain);
    }

    private static bool IsLabel(string label) => label.Length is > 0 and <= MaxLabelLength
        && label[0] != '-'
        && label.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_');
}
