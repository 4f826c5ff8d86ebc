using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;
using Orchestrator.Host.Serving;
using Orchestrator.Host.Telemetry;

namespace Orchestrator.Host.Api;

/// <summary>
/// The web server's sockets. They close new connections, unanswered, when open files run out (<see cref="DescriptorLimit"/>): clients that stay and say nothing would take the last ones.
/// Each before the next is accepted, so that no burst of them does.
/// </summary>
internal sealed partial class ConnectionRefusal(IOptions<SocketTransportOptions> options, ILoggerFactory loggers) : IConnectionListenerFactory
{
    private readonly SocketTransportFactory _sockets = new(options, loggers);
    private readonly ILogger _log = loggers.CreateLogger<ConnectionRefusal>();
    private readonly LinePace _pace = new(TimeProvider.System);

    /// <inheritdoc/>
    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new Listener(await _sockets.BindAsync(endpoint, cancellationToken).ConfigureAwait(false), this);

    private void Tell()
    {
        if (_pace.MayTell(out var untold))
            Refused(_log, DescriptorLimit.OfThisProcess(), untold);
    }

    [LoggerMessage(1103, LogLevel.Warning, "A client of the API was refused: of the {Limit} files that this process may have open, the last ones are its own ({Untold} more were refused since the last such line)")]
    private static partial void Refused(ILogger log, long limit, int untold);

    private sealed class Listener(IConnectionListener sockets, ConnectionRefusal refusal) : IConnectionListener
    {
        public EndPoint EndPoint => sockets.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (true)
            {
                var connection = await sockets.AcceptAsync(cancellationToken).ConfigureAwait(false);
                if (connection is null || DescriptorLimit.HasRoomForClient())
                    return connection;
                refusal.Tell();
                connection.Abort(new ConnectionAbortedException("this process has no more open files for clients"));
                await connection.DisposeAsync().ConfigureAwait(false);
            }
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => sockets.UnbindAsync(cancellationToken);

        public ValueTask DisposeAsync() => sockets.DisposeAsync();
    }
}
