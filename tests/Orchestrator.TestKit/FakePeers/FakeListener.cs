using System.Net.Sockets;

namespace Orchestrator.TestKit.FakePeers;

/// <summary>
/// A Unix socket with a script behind it. One client is served at a time; others connect and hear nothing until the script of the one
/// before has ended, as it is with QEMU's sockets.
/// </summary>
public sealed class FakeListener : IAsyncDisposable
{
    private const int Backlog = 16;

    private readonly string _socketPath;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;
    private volatile Stream? _current;

    private FakeListener(string socketPath, Socket listener, Func<Stream, Task> script)
    {
        _socketPath = socketPath;
        _listener = listener;
        _loop = Task.Run(() => ServeAsync(script));
    }

    /// <summary>Number of clients accepted so far.</summary>
    public int Connections { get; private set; }

    /// <summary>Listens when it returns. The script owns the stream, which is closed after it.</summary>
    public static FakeListener Start(string socketPath, Func<Stream, Task> script)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        File.Delete(socketPath);
        listener.Bind(new UnixDomainSocketEndPoint(socketPath));
        listener.Listen(Backlog);
        return new FakeListener(socketPath, listener, script);
    }

    /// <summary>Cuts the present client's connection, whatever its script is doing; the next one is served then.</summary>
    public void Cut() => _current?.Dispose();

    /// <summary>Stops listening and cuts the present client. What a script failed with is thrown here, unless it was cut.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        Cut();
        await _loop;
        File.Delete(_socketPath);
        _stopping.Dispose();
    }

    private async Task ServeAsync(Func<Stream, Task> script)
    {
        while (!_stopping.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptAsync(_stopping.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
            Connections++;
            await using var stream = new NetworkStream(client, ownsSocket: true);
            _current = stream;
            if (_stopping.IsCancellationRequested)
                return;
            try
            {
                await script(stream);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // The client left, or was cut: the end of a script like any other.
            }
        }
    }
}
