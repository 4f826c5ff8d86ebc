using System.Net.Sockets;

namespace Orchestrator.Host.Tests.Storage.Postgres;

/// <summary>A socket before PostgreSQL's that counts what clients say, and can lose the answer to a commit: it is done, and who asked for it sees its connection end.</summary>
internal sealed class StoreRelay : IAsyncDisposable
{
    private const string SocketName = ".s.PGSQL.5432";
    private readonly CancellationTokenSource _end = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orchestrator-loser-");
    private readonly string _target;
    private readonly Task _accepting;
    private int _toLose;
    private int _requests;

    /// <param name="directory">Where PostgreSQL's socket is.</param>
    public StoreRelay(string directory)
    {
        _target = Path.Combine(directory, SocketName);
        _listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(_directory.FullName, SocketName)));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    /// <summary>The host of an address that leads through it.</summary>
    public string Host => _directory.FullName;

    /// <summary>How often a client said something: each is a round trip at least, if it is answered before the next.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Answers that it has not lost yet.</summary>
    public int ToLose => Volatile.Read(ref _toLose);

    /// <summary>Loses the answer to the next commit.</summary>
    public void LoseNext() => Interlocked.Increment(ref _toLose);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _directory.Delete(recursive: true);
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var relays = new List<Task>();
        try
        {
            while (true)
                relays.Add(RelayAsync(await _listener.AcceptAsync(_end.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(relays);
        }
    }

    private async Task RelayAsync(Socket client)
    {
        using var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        using (client)
        {
            await server.ConnectAsync(new UnixDomainSocketEndPoint(_target), end.Token);
            var isLost = false;
            await Task.WhenAny(
                CopyAsync(client, server, request => Interlocked.Increment(ref _requests) > 0 && (isLost |= request.IndexOf("COMMIT"u8) >= 0 && TakeLoss()), end.Token),
                CopyAsync(server, client, _ => isLost ? throw new IOException("the answer is lost") : true, end.Token));
            await end.CancelAsync();
        }
    }

    private bool TakeLoss()
    {
        if (Interlocked.Decrement(ref _toLose) >= 0)
            return true;
        Interlocked.Increment(ref _toLose);
        return false;
    }

    private static async Task CopyAsync(Socket from, Socket to, SpanFunc look, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, cancellationToken) is > 0 and var count)
            {
                look(buffer.AsSpan(0, count));
                await to.SendAsync(buffer.AsMemory(0, count), cancellationToken);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The end of one direction is the end of both.
        }
    }

    private delegate bool SpanFunc(ReadOnlySpan<byte> bytes);
}
