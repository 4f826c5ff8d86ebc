using System.Text;

namespace Orchestrator.TestKit.FakePeers;

/// <summary>
/// The server's end of one connection, for scripts: a test reads what the session wrote and writes what a real peer would, or never would.
/// Nothing happens by itself. Reads give up after a minute, so that a script that waits in vain fails instead of hanging.
/// </summary>
public abstract class FakePeer(Stream stream) : IAsyncDisposable
{
    private static readonly TimeSpan ReadLimit = TimeSpan.FromMinutes(1);

    private readonly byte[] _buffer = new byte[4096];
    private readonly List<byte> _unread = [];

    /// <summary>Largest piece that is written at once; 1 splits at every byte.</summary>
    public int MaxWriteBytes { get; set; } = int.MaxValue;

    /// <summary>Writes bytes as they are, in pieces of <see cref="MaxWriteBytes"/>.</summary>
    /// <exception cref="IOException">The session has closed the connection.</exception>
    public async Task SendRawAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var piece = Math.Min(bytes.Length, MaxWriteBytes);
            await stream.WriteAsync(bytes[..piece]);
            bytes = bytes[piece..];
        }
    }

    /// <summary>Writes text as Latin-1, so that ÿ is the sentinel 0xFF. No line end is added.</summary>
    public Task SendRawAsync(string text) => SendRawAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>The next command the session wrote.</summary>
    /// <exception cref="EndOfStreamException">The session closed the connection first.</exception>
    public async Task<FakeCommand> ReadCommandAsync() =>
        new(await ReadLineAsync() ?? throw new EndOfStreamException("the session closed the connection before it sent a command"));

    /// <summary>As <see cref="ReadCommandAsync()"/>, and fails for another command.</summary>
    public async Task<FakeCommand> ReadCommandAsync(string name)
    {
        var command = await ReadCommandAsync();
        return command.Name == name ? command : throw new InvalidDataException($"expected {name}, the session sent: {command.Line}");
    }

    /// <summary>The next line as Latin-1, without its end; <see langword="null"/> when the session has closed the connection.</summary>
    public async Task<string?> ReadLineAsync()
    {
        int end;
        while ((end = _unread.IndexOf((byte)'\n')) < 0)
        {
            var count = await ReadAsync();
            if (count == 0)
                return null;
            _unread.AddRange(_buffer.AsSpan(0, count));
        }
        var line = Encoding.Latin1.GetString([.. _unread.Take(end)]);
        _unread.RemoveRange(0, end + 1);
        return line;
    }

    /// <summary>Waits until the session closes the connection; what it writes before is read and dropped.</summary>
    public async Task ClosedAsync()
    {
        while (await ReadLineAsync() is not null)
        {
        }
    }

    /// <summary>Closes the connection, also in the middle of a message.</summary>
    public virtual ValueTask DisposeAsync() => stream.DisposeAsync();

    private async Task<int> ReadAsync()
    {
        try
        {
            return await stream.ReadAsync(_buffer).AsTask().WaitAsync(ReadLimit, TimeProvider.System);
        }
        catch (IOException)
        {
            // A session that leaves with bytes unread resets the connection.
            return 0;
        }
    }
}
