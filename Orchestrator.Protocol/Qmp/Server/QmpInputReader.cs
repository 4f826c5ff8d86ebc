using System.Buffers;
using System.Text;

namespace Orchestrator.Protocol.Qmp.Server;

/// <summary>
/// Reads a client's messages off a stream of bytes: QMP's clients need no line ends, may put several messages on one line and one on several, and may be
/// cut anywhere. What is no JSON is answered with one error where QEMU answers with one, and the reader is in step again with the next message.
/// </summary>
public sealed class QmpInputReader
{
    private const int QuotedBytes = 64;

    private readonly QmpServerOptions _options;
    private readonly QmpLexer _lexer;
    private readonly QmpGrammar _grammar = new();
    private int _braces;
    private int _brackets;
    private int _tokens;
    private long _bytes;
    private bool _skips;
    private string? _fault;

    /// <summary>Of one connection; keeps nothing between messages.</summary>
    public QmpInputReader(QmpServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _lexer = new QmpLexer(options.MaxMessageBytes);
    }

    /// <summary>Nothing of a message is held: another connection's bytes may come next, as if they were the first.</summary>
    public bool IsAtRest => _tokens == 0 && !_skips && _lexer.IsAtRest;

    /// <summary>Takes bytes off the front until a message is complete.</summary>
    /// <returns><see langword="null"/> when more bytes are needed; all were taken.</returns>
    public QmpInput? Read(ref ReadOnlySequence<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var span = bytes.FirstSpan;
            var rest = span;
            var input = Read(ref rest);
            bytes = bytes.Slice(span.Length - rest.Length);
            if (input is not null)
                return input;
        }
        return null;
    }

    private QmpInput? Read(ref ReadOnlySpan<byte> bytes)
    {
        while (_lexer.TryRead(ref bytes, out var token))
        {
            if (OnToken(token) is { } input)
                return input;
        }
        return null;
    }

    private QmpInput? OnToken(QmpToken token)
    {
        Count(token);
        if (token == QmpToken.Stray)
            return Finish($"JSON parse error, stray '{Quote(_lexer.Text)}'");
        var isComplete = _braces < 0 || _brackets < 0 || (_braces == 0 && _brackets == 0);
        if (!_skips && Exceeded() is { } limit)
            return isComplete ? Finish(limit) : Skip(limit);
        if (!_skips)
            _fault ??= _grammar.Accept(token, _lexer.Text);
        if (!isComplete)
            return null;
        return _skips ? Forget() : Finish(_fault is null ? null : "JSON parse error, " + _fault);
    }

    private void Count(QmpToken token)
    {
        _tokens++;
        _bytes += _lexer.Length;
        _braces += token == QmpToken.BeginObject ? 1 : token == QmpToken.EndObject ? -1 : 0;
        _brackets += token == QmpToken.BeginArray ? 1 : token == QmpToken.EndArray ? -1 : 0;
    }

    private string? Exceeded()
    {
        if (_bytes > _options.MaxMessageBytes)
            return "JSON token size limit exceeded";
        if (_tokens > _options.MaxTokens)
            return "JSON token count limit exceeded";
        return _braces + _brackets > _options.MaxDepth ? "JSON nesting depth limit exceeded" : null;
    }

    /// <summary>The rest of a message that was refused is not kept, and not answered again.</summary>
    private QmpInput Skip(string fault)
    {
        _skips = true;
        _grammar.Reset();
        return new QmpInput(default, fault, OutOfBand: false);
    }

    private QmpInput? Forget()
    {
        Finish(null);
        return null;
    }

    private QmpInput Finish(string? fault)
    {
        var input = fault is null ? new QmpInput(_grammar.Written, null, _grammar.HasExecOob && !_grammar.HasExecute) : new QmpInput(default, fault, OutOfBand: false);
        (_braces, _brackets, _tokens, _bytes, _skips, _fault) = (0, 0, 0, 0, false, null);
        _grammar.Reset();
        return input;
    }

    private static string Quote(ReadOnlySpan<byte> token) =>
        token.Length <= QuotedBytes ? Encoding.UTF8.GetString(token) : Encoding.UTF8.GetString(token[..QuotedBytes]) + "...";
}
