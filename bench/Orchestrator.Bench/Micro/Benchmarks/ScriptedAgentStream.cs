using System.Buffers.Text;
using System.Threading.Tasks.Sources;

namespace Orchestrator.Bench.Micro.Benchmarks;

/// <summary>
/// A connection to an agent in memory: whatever is written is answered before the write returns, and nothing is allocated for it, so that what is
/// measured is the session's. Synchronization is answered too. One reader and one writer.
/// </summary>
/// <param name="value">The <c>return</c> of every command.</param>
public sealed class ScriptedAgentStream(byte[] value) : Stream, IValueTaskSource<int>
{
    private const byte Sentinel = 0xFF;
    private readonly byte[] _answer = new byte[value.Length + 128];
    private ManualResetValueTaskSourceCore<int> _news;
    private Memory<byte> _asked;
    private bool _isAsked;
    private bool _isClosed;
    private int _length;
    private int _taken;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_taken < _length || _isClosed)
            return new ValueTask<int>(Take(buffer));
        (_asked, _isAsked) = (buffer, true);
        return new ValueTask<int>(this, _news.Version);
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Answer(buffer.Span);
        Tell();
        return ValueTask.CompletedTask;
    }

    /// <summary>The reader gets the end of the stream.</summary>
    protected override void Dispose(bool disposing)
    {
        _isClosed = true;
        Tell();
        base.Dispose(disposing);
    }

    int IValueTaskSource<int>.GetResult(short token)
    {
        var result = _news.GetResult(token);
        _news.Reset();
        return result;
    }

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _news.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) => _news.OnCompleted(continuation, state, token, flags);

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private void Answer(ReadOnlySpan<byte> message)
    {
        var digits = message[(message.LastIndexOf("\"id\":"u8) + 5)..];
        Utf8Parser.TryParse(digits, out long id, out _);
        (_length, _taken) = (0, 0);
        if (message[0] == Sentinel)
        {
            _answer[_length++] = Sentinel;
            Append("{\"return\": "u8);
            Append(id);
            Append(", \"id\": 0}\n"u8);
            return;
        }
        Append("{\"return\": "u8);
        Append(value);
        Append(", \"id\": "u8);
        Append(id);
        Append("}\n"u8);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_answer.AsSpan(_length));
        _length += bytes.Length;
    }

    private void Append(long number)
    {
        Utf8Formatter.TryFormat(number, _answer.AsSpan(_length), out var digits);
        _length += digits;
    }

    private int Take(Memory<byte> buffer)
    {
        var taken = Math.Min(buffer.Length, _length - _taken);
        _answer.AsSpan(_taken, taken).CopyTo(buffer.Span);
        _taken += taken;
        return taken;
    }

    private void Tell()
    {
        if (!_isAsked)
            return;
        _isAsked = false;
        _news.SetResult(Take(_asked));
    }
}
