using System.Net.Sockets;

namespace Orchestrator.Bench.Events.Peers;

/// <summary>One VM's QMP socket: answers what the orchestrator asks, and sends numbered events when told to. One client at a time, as with QEMU.</summary>
public sealed class ScriptedMonitor : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly SemaphoreSlim _writing = new(1);
    private readonly TimeProvider _time;
    private volatile NetworkStream? _client;
    private long _sent;

    /// <summary>Listens on <paramref name="socket"/> when it returns.</summary>
    public ScriptedMonitor(string socket, TimeProvider time)
    {
        _time = time;
        _listener.Bind(new UnixDomainSocketEndPoint(socket));
        _listener.Listen();
    }

    /// <summary>Answers until it is cancelled.</summary>
    public async Task ServeAsync(CancellationToken cancel)
    {
        while (true)
        {
            await using var client = new NetworkStream(await _listener.AcceptAsync(cancel), ownsSocket: true);
            try
            {
                await client.WriteAsync(MonitorLines.Greeting, cancel);
                using var lines = new StreamReader(client);
                while (await lines.ReadLineAsync(cancel) is { } line)
                {
                    await WriteAsync(client, MonitorLines.Answer(line), cancel);
                    _client = client;
                }
            }
            catch (IOException)
            {
                // The orchestrator left: the next client is served as the first.
            }
            _client = null;
        }
    }

    /// <summary>Sends the VM's next events, each written by itself as QEMU does, and none before the one before has been taken by the socket.</summary>
    /// <exception cref="BenchException">Nobody is connected.</exception>
    public async Task SendAsync(long count, CancellationToken cancel)
    {
        for (var left = count; left > 0; left--)
        {
            var client = _client ?? throw new BenchException("the orchestrator is not connected to a VM that shall send events");
            await WriteAsync(client, MonitorLines.Numbered(++_sent, _time.GetUtcNow(), _time.GetTimestamp()), cancel);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Dispose();
        _writing.Dispose();
    }

    private async Task WriteAsync(NetworkStream client, byte[] line, CancellationToken cancel)
    {
        await _writing.WaitAsync(cancel);
        try
        {
            await client.WriteAsync(line, cancel);
        }
        finally
        {
            _writing.Release();
        }
    }
}
