using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace Orchestrator.Protocol.Qapi.Transcoding;

internal ref partial struct QapiTranscoder
{
    /// <summary>The longest escape, <c>\u0000</c>, is six bytes for one.</summary>
    private const int MaxEscapeBytes = 6;

    private bool Text(bool write)
    {
        if (_reader.ValueIsEscaped)
            return EscapedText(isBase64: false, write);
        if (!CheckText(_reader.ValueSpan))
            return false;
        if (write)
            _writer.WriteStringValue(_reader.ValueSpan);
        return true;
    }

    /// <summary>Validated where it stands in the input and copied once, into the output.</summary>
    private bool Base64()
    {
        if (_reader.ValueIsEscaped)
            return EscapedText(isBase64: true, write: true);
        if (!CheckBase64(_reader.ValueSpan))
            return false;
        _writer.WriteStringValue(_reader.ValueSpan);
        return true;
    }

    private bool EscapedText(bool isBase64, bool write)
    {
        var escaped = _reader.ValueSpan.Length;
        var limit = isBase64 ? _limits.MaxBase64Bytes : _limits.MaxStringBytes;
        if (escaped > (long)limit * MaxEscapeBytes)
            return FailLength(limit);
        var buffer = ArrayPool<byte>.Shared.Rent(escaped);
        try
        {
            if (!TryUnescape(buffer, out var length))
                return false;
            var text = buffer.AsSpan(0, length);
            if (isBase64 ? !CheckBase64(text) : !CheckText(text))
                return false;
            if (write)
                _writer.WriteStringValue(text);
            return true;
        }
        finally
        {
            // It may be a password.
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    /// <summary>Member names, and values to be compared with names.</summary>
    private bool TryGetString([NotNullWhen(true)] out string? text)
    {
        text = null;
        if (_reader.ValueSpan.Length > (long)_limits.MaxStringBytes * (_reader.ValueIsEscaped ? MaxEscapeBytes : 1))
            return FailLength(_limits.MaxStringBytes);
        if (!_reader.ValueIsEscaped)
        {
            if (!CheckText(_reader.ValueSpan))
                return false;
            text = Encoding.UTF8.GetString(_reader.ValueSpan);
            return true;
        }
        var buffer = new byte[_reader.ValueSpan.Length];
        if (!TryUnescape(buffer, out var length) || !CheckText(buffer.AsSpan(0, length)))
            return false;
        text = Encoding.UTF8.GetString(buffer, 0, length);
        return true;
    }

    private bool TryUnescape(byte[] buffer, out int length)
    {
        try
        {
            length = _reader.CopyString(buffer);
            return true;
        }
        catch (InvalidOperationException)
        {
            // The reader's way to say: invalid UTF-8, or half of a surrogate pair.
            length = 0;
            return Fail("valid Unicode", "a string with invalid UTF-8 or a lone surrogate");
        }
    }

    private bool CheckText(ReadOnlySpan<byte> text)
    {
        if (text.Length > _limits.MaxStringBytes)
            return FailLength(_limits.MaxStringBytes);
        return Utf8.IsValid(text) || Fail("valid Unicode", "a string with invalid UTF-8 or a lone surrogate");
    }

    private bool CheckBase64(ReadOnlySpan<byte> text)
    {
        if (text.Length > _limits.MaxBase64Bytes)
            return FailLength(_limits.MaxBase64Bytes);
        return Base64Text.IsValid(text)
            || Fail("standard base64 with padding", "a string that is not", "Encode the bytes as base64, for example with: base64 -w0");
    }

    private bool FailLength(int limit) => Fail($"a string of at most {limit} bytes", "a longer one");

    private bool Integer(QapiBuiltinType type)
    {
        if (_reader.TryGetInt64(out var signed))
        {
            if (signed < type.Minimum || signed > 0 && (ulong)signed > type.Maximum)
                return Fail(QapiTypeText.Of(type), $"the integer {signed}");
            _writer.WriteNumberValue(signed);
            return true;
        }
        if (!_reader.TryGetUInt64(out var unsigned))
            return Fail(QapiTypeText.Of(type), "a number with a fraction or exponent, or a larger one");
        if (unsigned > type.Maximum)
            return Fail(QapiTypeText.Of(type), $"the integer {unsigned}");
        _writer.WriteNumberValue(unsigned);
        return true;
    }

    /// <summary>Like QEMU: int64, else uint64, else double; but infinity, which QEMU lets pass, is refused.</summary>
    private bool Number(bool write)
    {
        if (_reader.TryGetInt64(out var signed))
        {
            if (write)
                _writer.WriteNumberValue(signed);
            return true;
        }
        if (_reader.TryGetUInt64(out var unsigned))
        {
            if (write)
                _writer.WriteNumberValue(unsigned);
            return true;
        }
        if (!_reader.TryGetDouble(out var number) || !double.IsFinite(number))
            return Fail("a finite number", "one beyond the range of a double");
        if (write)
            _writer.WriteNumberValue(number);
        return true;
    }
}
