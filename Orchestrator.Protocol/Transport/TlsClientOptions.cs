namespace Orchestrator.Protocol.Transport;

/// <summary>Certificates for a TLS endpoint. Files are PEM, read at each connect so that renewal needs no restart.</summary>
public sealed record TlsClientOptions
{
    /// <summary>Authority that must have signed the server's certificate; the system's authorities when <see langword="null"/>.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>Client certificate, for servers with <c>verify-peer=on</c>.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>Key of <see cref="CertificateFile"/>; the same file when <see langword="null"/>.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Name the server's certificate must carry; the endpoint's host when <see langword="null"/>.</summary>
    public string? ServerName { get; init; }

    /// <summary>Whether each byte is sent in a TLS record of its own: for monitors, which QEMU before 8.0 does not read otherwise. About 23 bytes on the wire for each.</summary>
    public bool SingleByteRecords { get; init; }
}
