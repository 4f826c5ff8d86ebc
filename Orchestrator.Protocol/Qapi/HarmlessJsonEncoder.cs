using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace Orchestrator.Protocol.Qapi;

/// <summary>
/// JSON that may be printed: whatever a terminal would obey or not show (control characters, line separators, bidirectional overrides, zero-width
/// characters) is escaped, everything else stays readable. Text from guests is written with it.
/// </summary>
public sealed class HarmlessJsonEncoder : JavaScriptEncoder
{
    private const int LongestEscape = 12;
    private static readonly SearchValues<byte> Plain =
        SearchValues.Create([.. Enumerable.Range(' ', '\x7f' - ' ').Where(value => value is not ('"' or '\\')).Select(value => (byte)value)]);

    private HarmlessJsonEncoder()
    {
    }

    /// <summary>The only one.</summary>
    public static HarmlessJsonEncoder Instance { get; } = new();

    /// <inheritdoc/>
    public override int MaxOutputCharactersPerInputCharacter => LongestEscape;

    /// <summary>Whether a terminal obeys a character, or hides it: Unicode's classes Cc, Cf, Zl, Zp and Cs.</summary>
    public static bool IsObeyed(Rune character) => Rune.GetUnicodeCategory(character)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate;

    /// <inheritdoc/>
    public override bool WillEncode(int unicodeScalar) => UnsafeRelaxedJsonEscaping.WillEncode(unicodeScalar) || IsObeyed(new Rune(unicodeScalar));

    /// <inheritdoc/>
    public override int FindFirstCharacterToEncodeUtf8(ReadOnlySpan<byte> utf8Text)
    {
        for (var place = 0; ;)
        {
            var next = utf8Text[place..].IndexOfAnyExcept(Plain);
            if (next < 0)
                return -1;
            place += next;
            if (Rune.DecodeFromUtf8(utf8Text[place..], out var character, out var length) != OperationStatus.Done || WillEncode(character.Value))
                return place;
            place += length;
        }
    }

    /// <inheritdoc/>
    public override unsafe int FindFirstCharacterToEncode(char* text, int textLength)
    {
        var span = new ReadOnlySpan<char>(text, textLength);
        for (var place = 0; place < span.Length;)
        {
            if (Rune.DecodeFromUtf16(span[place..], out var character, out var length) != OperationStatus.Done || WillEncode(character.Value))
                return place;
            place += length;
        }
        return -1;
    }

    /// <inheritdoc/>
    public override unsafe bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten)
    {
        var encoder = UnsafeRelaxedJsonEscaping.WillEncode(unicodeScalar) ? UnsafeRelaxedJsonEscaping : Default;
        return encoder.TryEncodeUnicodeScalar(unicodeScalar, buffer, bufferLength, out numberOfCharactersWritten);
    }
}
