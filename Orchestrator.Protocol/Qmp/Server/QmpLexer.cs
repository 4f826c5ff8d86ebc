using System.Buffers;

namespace Orchestrator.Protocol.Qmp.Server;

/// <summary>Tokens of QMP's JSON.</summary>
internal enum QmpToken
{
    BeginObject,
    EndObject,
    BeginArray,
    EndArray,
    Colon,
    Comma,
    String,
    Number,
    Keyword,

    /// <summary>A byte that cannot continue any token; what follows is skipped to the next place where a token may begin.</summary>
    Stray,
}

/// <summary>
/// Cuts a client's bytes into tokens, however they are split, as QEMU's own lexer does: single-quoted strings and <c>\'</c> are taken too, and after a
/// stray byte nothing is a token until a structural character, a control character, or a byte that UTF-8 never has (0xFE, 0xFF).
/// </summary>
/// <param name="maxTokenBytes">Bytes of one token that are kept; of a longer one only the length is known.</param>
internal sealed class QmpLexer(int maxTokenBytes)
{
    private const int KeptCapacity = 1024;
    private static readonly SearchValues<byte> EndsOfText = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(value => (byte)value), (byte)'"', (byte)'\'', (byte)'\\', 0xFE, 0xFF]);

    private byte[] _text = [];
    private int _kept;
    private State _state;
    private byte _quote;

    private enum State
    {
        Start,
        Recovering,
        Text,
        Escape,
        Keyword,
        Minus,
        Zero,
        Integer,
        Point,
        Fraction,
        Exponent,
        ExponentSign,
        ExponentDigits,
    }

    /// <summary>Bytes of the token last read, quotes included, as far as they are kept.</summary>
    public ReadOnlySpan<byte> Text => _text.AsSpan(0, _kept);

    /// <summary>Length of the token last read, or being read.</summary>
    public long Length { get; private set; }

    /// <summary>Between two tokens, and not behind a stray byte.</summary>
    public bool IsAtRest => _state == State.Start;

    /// <summary>Takes bytes off the front until a token is complete.</summary>
    /// <returns><see langword="false"/> when more bytes are needed; all were taken.</returns>
    public bool TryRead(ref ReadOnlySpan<byte> input, out QmpToken token)
    {
        if (_state is State.Start or State.Recovering)
            Clear();
        while (!input.IsEmpty)
        {
            if (_state == State.Text && TakeText(ref input))
                continue;
            if (Step(input[0], out var consumes) is { } found)
            {
                Keep(input[..(consumes ? 1 : 0)]);
                input = input[(consumes ? 1 : 0)..];
                _state = found == QmpToken.Stray ? State.Recovering : State.Start;
                token = found;
                return true;
            }
            if (consumes && _state is not (State.Start or State.Recovering))
                Keep(input[..1]);
            if (consumes)
                input = input[1..];
        }
        token = default;
        return false;
    }

    private bool TakeText(ref ReadOnlySpan<byte> input)
    {
        var end = input.IndexOfAny(EndsOfText);
        var run = end < 0 ? input : input[..end];
        Keep(run);
        input = input[run.Length..];
        return !run.IsEmpty;
    }

    /// <summary>One byte: the token it ends, if any, and whether it belongs to what was read so far.</summary>
    private QmpToken? Step(byte value, out bool consumes)
    {
        consumes = true;
        switch (_state)
        {
            case State.Start:
                return Begin(value);
            case State.Recovering:
                consumes = !MayBeginAfterStray(value);
                _state = consumes ? State.Recovering : State.Start;
                return null;
            case State.Text when value == _quote:
                return QmpToken.String;
            case State.Text or State.Escape when value is < 0x20 or >= 0xFE:
                return QmpToken.Stray;
            case State.Text:
                _state = value == '\\' ? State.Escape : State.Text;
                return null;
            case State.Escape:
                _state = State.Text;
                return null;
            case State.Keyword when value is >= (byte)'a' and <= (byte)'z':
                return null;
            case State.Keyword:
                return End(QmpToken.Keyword, value, out consumes);
            default:
                return ContinueNumber(value, out consumes);
        }
    }

    private QmpToken? Begin(byte value)
    {
        switch (value)
        {
            case (byte)'{':
                return QmpToken.BeginObject;
            case (byte)'}':
                return QmpToken.EndObject;
            case (byte)'[':
                return QmpToken.BeginArray;
            case (byte)']':
                return QmpToken.EndArray;
            case (byte)':':
                return QmpToken.Colon;
            case (byte)',':
                return QmpToken.Comma;
            case (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n':
                return null;
            case (byte)'"' or (byte)'\'':
                _quote = value;
                _state = State.Text;
                return null;
            case >= (byte)'a' and <= (byte)'z':
                _state = State.Keyword;
                return null;
            case (byte)'-':
                _state = State.Minus;
                return null;
            case >= (byte)'0' and <= (byte)'9':
                _state = value == '0' ? State.Zero : State.Integer;
                return null;
            default:
                return QmpToken.Stray;
        }
    }

    private QmpToken? ContinueNumber(byte value, out bool consumes)
    {
        var isDigit = value is >= (byte)'0' and <= (byte)'9';
        State? next = (_state, value) switch
        {
            (State.Minus, (byte)'0') => State.Zero,
            (State.Minus or State.Integer, _) when isDigit => State.Integer,
            (State.Zero or State.Integer, (byte)'.') => State.Point,
            (State.Point or State.Fraction, _) when isDigit => State.Fraction,
            (State.Integer or State.Fraction, (byte)'e' or (byte)'E') => State.Exponent,
            (State.Exponent, (byte)'+' or (byte)'-') => State.ExponentSign,
            (State.Exponent or State.ExponentSign or State.ExponentDigits, _) when isDigit => State.ExponentDigits,
            _ => null,
        };
        consumes = true;
        if (next is { } state)
        {
            _state = state;
            return null;
        }
        var isComplete = _state is State.Integer or State.Fraction or State.ExponentDigits || (_state == State.Zero && !isDigit);
        return isComplete ? End(QmpToken.Number, value, out consumes) : QmpToken.Stray;
    }

    /// <summary>The byte after a keyword or a number begins something new, unless it is none of ASCII.</summary>
    private static QmpToken End(QmpToken token, byte value, out bool consumes)
    {
        consumes = value >= 0x80;
        return consumes ? QmpToken.Stray : token;
    }

    private static bool MayBeginAfterStray(byte value) =>
        value is < 0x20 or >= 0xFE or (byte)'{' or (byte)'}' or (byte)'[' or (byte)']' or (byte)':' or (byte)',';

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        Length += bytes.Length;
        if (Length > maxTokenBytes)
            return;
        if (_kept + bytes.Length > _text.Length)
            Array.Resize(ref _text, Math.Max(_kept + bytes.Length, Math.Max(64, _text.Length * 2)));
        bytes.CopyTo(_text.AsSpan(_kept));
        _kept += bytes.Length;
    }

    private void Clear()
    {
        Length = 0;
        _kept = 0;
        if (_text.Length > KeptCapacity)
            _text = [];
    }
}
