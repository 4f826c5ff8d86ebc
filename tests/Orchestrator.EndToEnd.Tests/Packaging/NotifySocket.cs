using System.Net.Sockets;
using System.Text;

namespace Orchestrator.EndToEnd.Tests.Packaging;

/// <summary>Where systemd would hear what a service tells it (sd_notify(3)).</summary>
internal sealed class NotifySocket : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    public NotifySocket(string path)
    {
        Path = path;
        _socket.Bind(new UnixDomainSocketEndPoint(path));
    }

    public string Path { get; }

    /// <summary>Whether something was told that nobody has received.</summary>
    public bool HasMore => _socket.Available > 0;

    /// <summary>What is told next, line by line.</summary>
    /// <exception cref="OperationCanceledException">Nothing was, for a minute.</exception>
    public async Task<string[]> NextAsync()
    {
        using var deadline = new CancellationTokenSource(Limit, TimeProvider.System);
        var buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, await _socket.ReceiveAsync(buffer, deadline.Token)).Split('\n');
    }

    public void Dispose() => _socket.Dispose();
}
