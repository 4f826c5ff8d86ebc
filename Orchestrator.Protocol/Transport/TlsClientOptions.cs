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

    /// <summary>For monitors, which QEMU before 8.0 does not read otherwise: about 23 bytes on the wire for each.</summary>
    public const int MonitorRecord = 1;

    /// <summary>For guest agents: a port whose guest has room takes 4,096 bytes at once, and QEMU before 8.0 forgets the end of a longer record.</summary>
    public const int AgentRecord = 1024;

    /// <summary>Bytes that a TLS record has at most; TLS's own limit when <see langword="null"/>.</summary>
    public int? MaxRecord { get; init; }
}
