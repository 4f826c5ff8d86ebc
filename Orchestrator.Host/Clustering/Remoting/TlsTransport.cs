using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Remote;
using Akka.Remote.Transport;
using Orchestrator.Host.Clustering.Tls;

namespace Orchestrator.Host.Clustering.Remoting;

/// <summary>
/// Carries Akka remoting over TLS between nodes. Akka's own transport ends the whole actor system when one outbound handshake fails: one expired certificate, or a node that stops in the wrong moment,
/// would end all that call it. Here that association fails and is tried again, nothing else. It also presents new certificates without a restart.
/// Its settings are Akka's own, in <c>akka.remote.dot-netty.tcp</c>: hostname, port, public-hostname, public-port, maximum-frame-size, connection-timeout, backlog.
/// </summary>
internal sealed class TlsTransport : Transport
{
    /// <summary>Connections at a time that have not shown a certificate yet; more are closed.</summary>
    public const int MaxHandshakes = 256;

    /// <summary>Of one that was accepted.</summary>
    public static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan AcceptPause = TimeSpan.FromSeconds(1);

    private readonly ClusterTls _tls;
    private readonly ILoggingAdapter _log;
    private readonly string _hostname;
    private readonly string _publicHostname;
    private readonly TimeSpan _connectTimeout;
    private readonly TimeSpan _flushTimeout;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<IAssociationEventListener> _events = new();
    private readonly ConcurrentDictionary<TlsAssociation, bool> _associations = new(ReferenceEqualityComparer.Instance);
    private Socket? _listener;
    private int _handshakes;

    /// <summary>Made by Akka, by name.</summary>
    /// <exception cref="ConfigurationException">The actor system has no <see cref="ClusterTlsSetup"/>, or no hostname.</exception>
    public TlsTransport(ActorSystem system, Config config)
    {
        var setup = system.Settings.Setup.Get<ClusterTlsSetup>();
        _tls = setup.HasValue ? setup.Value.Tls : throw new ConfigurationException($"{nameof(TlsTransport)} needs a {nameof(ClusterTlsSetup)}");
        _hostname = config.GetString("hostname") is { Length: > 0 } hostname ? hostname : throw new ConfigurationException($"{nameof(TlsTransport)} needs a hostname");
        _publicHostname = config.GetString("public-hostname") is { Length: > 0 } named ? named : _hostname;
        _connectTimeout = config.GetTimeSpan("connection-timeout");
        _flushTimeout = system.Settings.Config.GetTimeSpan("akka.remote.flush-wait-on-shutdown");
        _log = Logging.GetLogger(system, this);
        (System, Config, SchemeIdentifier, MaximumPayloadBytes) = (system, config, "ssl.tcp", config.GetByteSize("maximum-frame-size", null) ?? 128_000);
    }

    /// <inheritdoc/>
    public override bool IsResponsibleFor(Address remote) => true;

    /// <inheritdoc/>
    /// <exception cref="RemoteTransportException">It cannot listen there.</exception>
    public override async Task<(Address, TaskCompletionSource<IAssociationEventListener>)> Listen()
    {
        try
        {
            var address = await ResolveAsync(_hostname, _stopping.Token).ConfigureAwait(false);
            _listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            _listener.Bind(new IPEndPoint(address, Config.GetInt("port")));
            _listener.Listen(Config.GetInt("backlog", 4096));
        }
        catch (SocketException error)
        {
            _listener?.Dispose();
            throw new RemoteTransportException($"cannot listen on {_hostname}:{Config.GetInt("port")}: {error.Message}", error);
        }
        _ = AcceptAsync(_listener);
        var port = Config.GetInt("public-port") is > 0 and var given ? given : ((IPEndPoint)_listener.LocalEndPoint!).Port;
        return (AddressOf(_publicHostname, port), _events);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidAssociationException">The node cannot be reached in time, or is not who it should be.</exception>
    public override async Task<AssociationHandle> Associate(Address remoteAddress)
    {
        using var limit = new CancellationTokenSource(_connectTimeout, _tls.Time);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stopping.Token);
        Socket? socket = null;
        SslStream? stream = null;
        try
        {
            var host = remoteAddress.Host ?? throw new InvalidAssociationException($"{remoteAddress} is no address of another node");
            socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(host.Trim('[', ']'), remoteAddress.Port ?? 0, stopping.Token).ConfigureAwait(false);
            stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await stream.AuthenticateAsClientAsync(_tls.ClientOptions(host, name: null), stopping.Token).ConfigureAwait(false);
            return Begin(socket, stream, remoteAddress);
        }
        catch (Exception error) when (IsOfConnection(error))
        {
            if (stream is not null)
                await stream.DisposeAsync().ConfigureAwait(false);
            socket?.Dispose();
            throw new InvalidAssociationException($"no association with {remoteAddress}: {(limit.IsCancellationRequested ? "it did not answer in time" : error.Message)}", error);
        }
    }

    /// <inheritdoc/>
    public override async Task<bool> Shutdown()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        _listener?.Dispose();
        await Task.WhenAll(_associations.Keys.Select(association => association.CloseAsync())).ConfigureAwait(false);
        return true;
    }

    private async Task AcceptAsync(Socket listener)
    {
        var events = await _events.Task.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
                if (Interlocked.Increment(ref _handshakes) <= MaxHandshakes)
                    _ = WelcomeAsync(socket, events);
                else
                    Leave(socket);
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException error)
            {
                // Such as too many open files.
                _log.Warning("Remoting cannot accept a connection, which is tried again in {0} s: {1}", AcceptPause.TotalSeconds, error.Message);
                await Task.Delay(AcceptPause, _tls.Time).ConfigureAwait(false);
            }
        }
    }

    private async Task WelcomeAsync(Socket socket, IAssociationEventListener events)
    {
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            using var limit = new CancellationTokenSource(HandshakeTimeout, _tls.Time);
            using var stopping = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stopping.Token);
            var caller = (IPEndPoint)socket.RemoteEndPoint!;
            await stream.AuthenticateAsServerAsync(_tls.ServerOptions(caller.ToString()), stopping.Token).ConfigureAwait(false);
            events.Notify(new InboundAssociation(Begin(socket, stream, AddressOf(HostOf(caller.Address), caller.Port))));
        }
        catch (Exception error)
        {
            // Whatever a stranger brings about is the end of its connection, and of nothing else.
            _log.Debug("A connection ended before it was one of a node: {0}", error.Message);
            await stream.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _handshakes);
        }
    }

    private void Leave(Socket socket)
    {
        Interlocked.Decrement(ref _handshakes);
        socket.Dispose();
    }

    private TlsAssociation Begin(Socket socket, SslStream stream, Address remote)
    {
        (socket.NoDelay, var local) = (true, (IPEndPoint)socket.LocalEndPoint!);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        var association = new TlsAssociation(AddressOf(_publicHostname, local.Port), remote, socket, stream, (int)MaximumPayloadBytes, _flushTimeout, _tls.Time, _log);
        _associations[association] = true;
        association.Begin(() => _associations.TryRemove(association, out _));
        // It may have begun while all others were closed.
        if (_stopping.IsCancellationRequested)
            _ = association.CloseAsync();
        return association;
    }

    private Address AddressOf(string host, int port) => new(SchemeIdentifier, System.Name, IPAddress.TryParse(host, out var address) ? HostOf(address) : host, port);

    private static string HostOf(IPAddress address) => address.IsIPv4MappedToIPv6
        ? address.MapToIPv4().ToString()
        : address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();

    private static async Task<IPAddress> ResolveAsync(string host, CancellationToken cancellationToken) => IPAddress.TryParse(host, out var address)
        ? address
        : (await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false)).FirstOrDefault() ?? throw new SocketException((int)SocketError.HostNotFound);

    private static bool IsOfConnection(Exception error) =>
        error is SocketException or IOException or AuthenticationException or OperationCanceledException or InvalidOperationException;
}
