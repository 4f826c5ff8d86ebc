using System.Buffers;
using System.Text;

namespace Orchestrator.Protocol.Qmp.Server;

/// <summary>Puts tokens together to one JSON value, without recursion, and writes it in strict JSON. The first fault ends it; the words are QEMU's.</summary>
internal sealed class QmpGrammar
{
    private readonly Stack<HashSet<string>?> _open = [];
    private ArrayBufferWriter<byte>? _output;
    private Expected _expected;

    private enum Expected
    {
        Value,
        ValueOrEnd,
        KeyOrEnd,
        Key,
        Colon,
        SeparatorOrEnd,
    }

    /// <summary>What was accepted so far.</summary>
    public ReadOnlyMemory<byte> Written => _output?.WrittenMemory ?? default;

    /// <summary>The outermost object has a member <c>execute</c>.</summary>
    public bool HasExecute { get; private set; }

    /// <summary>The outermost object has a member <c>exec-oob</c>.</summary>
    public bool HasExecOob { get; private set; }

    private HashSet<string>? Keys => _open.TryPeek(out var keys) ? keys : null;

    /// <summary>Takes the next token; <see langword="null"/> if it may stand here.</summary>
    public string? Accept(QmpToken token, ReadOnlySpan<byte> text) => _expected switch
    {
        Expected.ValueOrEnd when token == QmpToken.EndArray => Close("]"u8),
        Expected.KeyOrEnd when token == QmpToken.EndObject => Close("}"u8),
        Expected.Value or Expected.ValueOrEnd => Value(token, text),
        Expected.Key or Expected.KeyOrEnd => Key(token, text),
        Expected.Colon => token == QmpToken.Colon ? Append(":"u8, Expected.Value) : "missing : in object pair",
        _ => Separator(token),
    };

    /// <summary>Begins anew; what was written is the caller's.</summary>
    public void Reset()
    {
        _open.Clear();
        _output = null;
        _expected = Expected.Value;
        (HasExecute, HasExecOob) = (false, false);
    }

    private string? Value(QmpToken token, ReadOnlySpan<byte> text)
    {
        switch (token)
        {
            case QmpToken.BeginObject:
                _open.Push([]);
                return Append("{"u8, Expected.KeyOrEnd);
            case QmpToken.BeginArray:
                _open.Push(null);
                return Append("["u8, Expected.ValueOrEnd);
            case QmpToken.String:
                return QmpText.TryRewrite(text, Output) ?? Append(default, Expected.SeparatorOrEnd);
            case QmpToken.Number:
                return Append(text, Expected.SeparatorOrEnd);
            case QmpToken.Keyword:
                return IsKeyword(text) ? Append(text, Expected.SeparatorOrEnd) : $"invalid keyword '{Encoding.ASCII.GetString(text)}'";
            default:
                return "expecting value";
        }
    }

    private string? Key(QmpToken token, ReadOnlySpan<byte> text)
    {
        if (token is QmpToken.EndObject or QmpToken.EndArray or QmpToken.Colon or QmpToken.Comma)
            return "expecting value";
        if (token == QmpToken.Keyword && !IsKeyword(text))
            return Value(token, text);
        if (token != QmpToken.String)
            return "key is not a string in object";
        var start = Output.WrittenCount;
        if (QmpText.TryRewrite(text, Output) is { } fault)
            return fault;
        var key = Output.WrittenSpan[start..];
        if (!Keys!.Add(Encoding.ASCII.GetString(key)))
            return "duplicate key";
        if (_open.Count == 1)
        {
            HasExecute |= key.SequenceEqual("\"execute\""u8);
            HasExecOob |= key.SequenceEqual("\"exec-oob\""u8);
        }
        return Append(default, Expected.Colon);
    }

    private string? Separator(QmpToken token)
    {
        var isObject = Keys is not null;
        if (token == QmpToken.Comma)
            return Append(","u8, isObject ? Expected.Key : Expected.Value);
        if (isObject)
            return token == QmpToken.EndObject ? Close("}"u8) : "expected separator in dict";
        return token == QmpToken.EndArray ? Close("]"u8) : "expected separator in list";
    }

    private string? Close(ReadOnlySpan<byte> end)
    {
        _open.Pop();
        return Append(end, Expected.SeparatorOrEnd);
    }

    private string? Append(ReadOnlySpan<byte> json, Expected next)
    {
        Output.Write(json);
        _expected = next;
        return null;
    }

    private ArrayBufferWriter<byte> Output => _output ??= new ArrayBufferWriter<byte>();

    private static bool IsKeyword(ReadOnlySpan<byte> text) => text.SequenceEqual("true"u8) || text.SequenceEqual("false"u8) || text.SequenceEqual("null"u8);
}
