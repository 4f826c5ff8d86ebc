using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Orchestrator.Protocol.Qmp.Server;

/// <summary>
/// Strings in QMP: read as QEMU reads them, written as it writes them, in ASCII. QEMU's UTF-8 is the modified one: C0 80 stands for NUL, and
/// code points that Unicode keeps for no character are refused.
/// </summary>
internal static class QmpText
{
    private static readonly SearchValues<byte> Plain = SearchValues.Create([.. Enumerable.Range(0x20, 0x5F).Select(value => (byte)value).Where(value => value is not ((byte)'"' or (byte)'\\'))]);

    /// <summary>Reads a string token and writes it anew, quotes included.</summary>
    /// <returns>What is wrong with it, in QEMU's words; <see langword="null"/> if it was written.</returns>
    public static string? TryRewrite(ReadOnlySpan<byte> token, IBufferWriter<byte> output)
    {
        var text = token[1..^1];
        output.Write("\""u8);
        while (text.IndexOfAnyExcept(Plain) is >= 0 and var plain)
        {
            output.Write(text[..plain]);
            text = text[plain..];
            if ((text[0] == '\\' ? ReadEscape(ref text, out var codePoint) : ReadUtf8(ref text, out codePoint)) is { } fault)
                return fault;
            Write(codePoint, output);
        }
        output.Write(text);
        output.Write("\""u8);
        return null;
    }

    /// <summary>Writes text as a string.</summary>
    public static void Write(string text, IBufferWriter<byte> output)
    {
        output.Write("\""u8);
        foreach (var rune in text.EnumerateRunes())
            Write(rune.Value, output);
        output.Write("\""u8);
    }

    /// <summary>Copies valid JSON, and writes its characters beyond ASCII as escapes; they can only stand in strings.</summary>
    public static void CopyAsAscii(ReadOnlySpan<byte> json, IBufferWriter<byte> output)
    {
        while (json.IndexOfAnyInRange((byte)0x7F, (byte)0xFF) is >= 0 and var plain)
        {
            output.Write(json[..plain]);
            json = json[plain..];
            Rune.DecodeFromUtf8(json, out var rune, out var length);
            Write(rune.Value, output);
            json = json[length..];
        }
        output.Write(json);
    }

    private static string? ReadEscape(ref ReadOnlySpan<byte> text, out int codePoint)
    {
        var escape = text[1];
        codePoint = escape switch
        {
            (byte)'b' => '\b',
            (byte)'f' => '\f',
            (byte)'n' => '\n',
            (byte)'r' => '\r',
            (byte)'t' => '\t',
            (byte)'"' or (byte)'\'' or (byte)'\\' or (byte)'/' => escape,
            _ => -1,
        };
        if (codePoint >= 0)
        {
            text = text[2..];
            return null;
        }
        return escape == 'u' ? ReadUnicodeEscape(ref text, out codePoint) : "invalid escape sequence in string";
    }

    private static string? ReadUnicodeEscape(ref ReadOnlySpan<byte> text, out int codePoint)
    {
        var length = 6;
        if (TryReadUnit(text, out codePoint) && char.IsHighSurrogate((char)codePoint) && TryReadUnit(text[length..], out var low) && char.IsLowSurrogate((char)low))
        {
            codePoint = char.ConvertToUtf32((char)codePoint, (char)low);
            length *= 2;
        }
        if (!IsCharacter(codePoint))
            return $"{Encoding.UTF8.GetString(text[..Math.Min(text.Length, 6)])} is not a valid Unicode character";
        text = text[length..];
        return null;
    }

    private static bool TryReadUnit(ReadOnlySpan<byte> text, out int unit)
    {
        unit = -1;
        return text.Length >= 6 && text.StartsWith("\\u"u8) && Utf8Parser.TryParse(text[2..6], out unit, out var digits, 'x') && digits == 4;
    }

    private static string? ReadUtf8(ref ReadOnlySpan<byte> text, out int codePoint)
    {
        var isNul = text.StartsWith<byte>([0xC0, 0x80]);
        var status = Rune.DecodeFromUtf8(text, out var rune, out var length);
        codePoint = isNul ? 0 : rune.Value;
        text = text[(isNul ? 2 : length)..];
        return isNul || (status == OperationStatus.Done && IsCharacter(codePoint)) ? null : "invalid UTF-8 sequence in string";
    }

    private static bool IsCharacter(int codePoint) => Rune.IsValid(codePoint) && (codePoint & 0xFFFE) != 0xFFFE && codePoint is not (>= 0xFDD0 and <= 0xFDEF);

    private static void Write(int codePoint, IBufferWriter<byte> output)
    {
        var escape = codePoint switch
        {
            '"' => "\\\""u8,
            '\\' => "\\\\"u8,
            '\b' => "\\b"u8,
            '\f' => "\\f"u8,
            '\n' => "\\n"u8,
            '\r' => "\\r"u8,
            '\t' => "\\t"u8,
            _ => default,
        };
        if (!escape.IsEmpty)
            output.Write(escape);
        else if (codePoint is >= 0x20 and < 0x7F)
            output.Write([(byte)codePoint]);
        else
            WriteUnits(codePoint, output);
    }

    private static void WriteUnits(int codePoint, IBufferWriter<byte> output)
    {
        Span<char> units = stackalloc char[2];
        foreach (var unit in units[..new Rune(codePoint).EncodeToUtf16(units)])
        {
            Span<byte> escape = [(byte)'\\', (byte)'u', 0, 0, 0, 0];
            Utf8Formatter.TryFormat(unit, escape[2..], out _, new StandardFormat('X', 4));
            output.Write(escape);
        }
    }
}
