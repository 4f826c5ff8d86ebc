using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Akka.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Orchestrator.Host.Clustering.Certificates;
using Orchestrator.Host.Clustering.Remoting;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Clustering.Tls;

/// <summary>
/// TLS between the nodes of a cluster, both ends with certificates of its own authority (docs/TRUST.md). The files are read again when a connection begins and a second has passed: new ones are taken,
/// broken ones are told and the last good ones stay.
/// </summary>
internal sealed partial class ClusterTls
{
    private const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;

    private static readonly TimeSpan RereadPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private readonly ClusterTlsFiles _files;
    private readonly IReadOnlyList<string> _names;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly RefusalLog _refusals;
    private ClusterIdentity _identity;
    private ClusterTlsTexts _texts;
    private string? _trouble;
    private long _read;

    private ClusterTls(ClusterTlsFiles files, IReadOnlyList<string> names, TimeProvider time, ILogger log)
    {
        (_files, _names, _time, _log, _refusals) = (files, names, time, log, new RefusalLog(time, log));
        _texts = ClusterTlsTexts.Read(files);
        _identity = ClusterIdentity.Of(files, _texts, names, time.GetUtcNow());
        _read = time.GetTimestamp();
    }

    /// <summary>Reads the files of a node.</summary>
    /// <param name="files">Their paths.</param>
    /// <param name="names">By what others call this node, which its certificate must be for: its name, and the hosts of its remoting and peer addresses.</param>
    /// <param name="time">Clock of validity and of reading again.</param>
    /// <param name="log">Told of refused peers and of files that went bad.</param>
    /// <exception cref="ServeException">A file is missing, unreadable or malformed, they do not belong together, the certificate is expired or for other names.</exception>
    public static ClusterTls Load(ClusterTlsFiles files, IReadOnlyList<string> names, TimeProvider time, ILogger log)
    {
        try
        {
            return new ClusterTls(files, names, time, log);
        }
        catch (CertificateException error)
        {
            throw new ServeException($"cluster.tls: {error.Message}");
        }
    }

    /// <summary>Clock of connections.</summary>
    public TimeProvider Time => _time;

    /// <summary>
    /// For Akka remoting, beside <c>WithRemoting</c> or <c>WithClustering</c>: its addresses begin with <c>akka.ssl.tcp://</c> then. Who calls needs a certificate of the authority, and who is called one
    /// that is for the host of its address, too.
    /// </summary>
    public void Secure(AkkaConfigurationBuilder akka) => akka
        .AddSetup(new ClusterTlsSetup(this))
        .AddHocon($"akka.remote.dot-netty.tcp.transport-class = \"{typeof(TlsTransport).FullName}, {typeof(TlsTransport).Assembly.GetName().Name}\"", HoconAddMode.Prepend);

    /// <summary>For the peer listener: HTTPS, and nobody without a certificate of the authority comes as far as a request.</summary>
    public void Secure(ListenOptions listener) => listener.UseHttps(new TlsHandshakeCallbackOptions
    {
        HandshakeTimeout = HandshakeTimeout,
        OnConnection = handshake => ValueTask.FromResult(ServerOptions(handshake.Connection.RemoteEndPoint?.ToString() ?? "a caller")),
    });

    /// <summary>For calling peer listeners. Connections live for 5 minutes, so that new files are soon in use. It follows no redirect, keeps no cookie and takes no proxy of the environment.</summary>
    /// <param name="node">
    /// Name of the node that is called: its certificate must be for this name, at whatever address it is. Without it, for the host in the request's URL (or in its <c>Host</c> header, if that is set: do not forward one).
    /// </param>
    public SocketsHttpHandler CreateHandler(string? node = null) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ConnectTimeout = ConnectTimeout,
        PooledConnectionLifetime = ConnectionLifetime,
        SslOptions = ClientOptions(host: null, node),
    };

    /// <summary>For one connection that this node makes, or for all of a handler.</summary>
    /// <param name="host">Whom it calls; <see langword="null"/> where the caller sets it for each connection.</param>
    /// <param name="name">What the certificate must be for; the host by default.</param>
    public SslClientAuthenticationOptions ClientOptions(string? host, string? name) => new()
    {
        TargetHost = host,
        EnabledSslProtocols = Protocols,
        AllowRenegotiation = false,
        AllowTlsResume = false,
        CertificateChainPolicy = PeerVerification.Policy(Current().Authorities, _time.GetUtcNow()),
        LocalCertificateSelectionCallback = (_, _, _, _, _) => Current().Certificate,
        RemoteCertificateValidationCallback = (stream, certificate, _, _) =>
        {
            var called = ((SslStream)stream).TargetHostName;
            return IsTrusted(certificate as X509Certificate2, PeerRole.Server, name ?? called, called);
        },
    };

    /// <summary>For one connection that this node accepts.</summary>
    /// <param name="peer">Who calls, for the log.</param>
    public SslServerAuthenticationOptions ServerOptions(string peer)
    {
        var identity = Current();
        return new SslServerAuthenticationOptions
        {
            EnabledSslProtocols = Protocols,
            AllowRenegotiation = false,
            AllowTlsResume = false,
            ServerCertificateContext = identity.ServerContext,
            ClientCertificateRequired = true,
            CertificateChainPolicy = PeerVerification.Policy(identity.Authorities, _time.GetUtcNow()),
            RemoteCertificateValidationCallback = (_, certificate, _, _) => IsTrusted(certificate as X509Certificate2, PeerRole.Client, null, peer),
        };
    }

    private bool IsTrusted(X509Certificate2? certificate, PeerRole role, string? name, string peer)
    {
        if (PeerVerification.Refusal(certificate, role, name, Current().Authorities, _time.GetUtcNow()) is not { } refusal)
            return true;
        _refusals.Tell(peer, refusal);
        return false;
    }

    private ClusterIdentity Current()
    {
        lock (_lock)
        {
            if (_time.GetElapsedTime(_read) >= RereadPause)
            {
                Reread();
                _read = _time.GetTimestamp();
            }
            return _identity;
        }
    }

    private void Reread()
    {
        try
        {
            var texts = ClusterTlsTexts.Read(_files);
            if (texts != _texts)
                (_identity, _texts) = (ClusterIdentity.Of(_files, texts, _names, _time.GetUtcNow()), texts);
            _trouble = null;
        }
        catch (CertificateException error)
        {
            // Also in the midst of a rotation, while the certificate is new and its key still the old one.
            if (_trouble != error.Message)
                KeptOld(_log, error.Message);
            _trouble = error.Message;
        }
    }

    [LoggerMessage(1906, LogLevel.Warning, "New files of cluster.tls are not taken, the old ones stay in use: {Reason}")]
    private static partial void KeptOld(ILogger log, string reason);
}
