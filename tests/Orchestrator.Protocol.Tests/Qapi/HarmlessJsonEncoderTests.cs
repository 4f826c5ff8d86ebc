using System.Buffers;
using System.Text;
using System.Text.Json;
using CsCheck;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.Tests.Qapi;

public class HarmlessJsonEncoderTests
{
    [Theory]
    [InlineData("plain <b>&'+/=", "plain <b>&'+/=")]
    [InlineData("grün 日本", "grün 日本")]
    [InlineData("\u001b]0;x\u0007", "\\u001B]0;x\\u0007")]
    [InlineData("a\"b\\c\nd", "a\\\"b\\\\c\\nd")]
    [InlineData("\u009b31m", "\\u009B31m")]
    [InlineData("\u202etxt\u2066", "\\u202Etxt\\u2066")]
    [InlineData("zero\u200bwidth\ufeff", "zero\\u200Bwidth\\uFEFF")]
    [InlineData("\u2028\u2029\u0085", "\\u2028\\u2029\\u0085")]
    [InlineData("\U000E0041 tag", "\\uDB40\\uDC41 tag")]
    public void Text_stays_readable_and_loses_its_powers(string text, string expected)
    {
        Assert.Equal($"\"{expected}\"", Written(writer => writer.WriteStringValue(Encoding.UTF8.GetBytes(text))));
        Assert.Equal($"\"{expected}\"", Written(writer => writer.WriteStringValue(text)));
    }

    [Fact]
    public void Whatever_is_written_is_read_back_the_same_and_shows_nothing_that_a_terminal_obeys() => Gen.String.Sample(text =>
    {
        var valid = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        var written = Written(writer => writer.WriteStringValue(valid));

        Assert.Equal(valid, JsonElement.Parse(written).GetString());
        Assert.DoesNotContain(written.EnumerateRunes(), HarmlessJsonEncoder.IsObeyed);
    });

    [Fact]
    public void No_character_that_a_terminal_obeys_is_written_as_it_is()
    {
        for (var scalar = 0; scalar <= 0x10FFFF; scalar += scalar == 0xD7FF ? 0x801 : 1)
        {
            var rune = new Rune(scalar);
            if (HarmlessJsonEncoder.IsObeyed(rune))
                Assert.DoesNotContain(rune, HarmlessJsonEncoder.Instance.Encode(rune.ToString()).EnumerateRunes());
        }
    }

    [Fact]
    public void Guests_answer_and_its_unknown_enum_values_are_written_so()
    {
        var output = new ArrayBufferWriter<byte>();
        var returns = GuestNamespace.BuiltIn.Schema.Commands["guest-get-osinfo"].Returns;

        Assert.True(QapiReply.TryRemarshal(returns, "{\"name\":\"\u202eevil\u009b\u200b\"}"u8, output, QapiLimits.Guest, out _));

        Assert.Equal("""{"name":"\u202Eevil\u009B\u200B"}""", Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Theory]
    [InlineData("abc", 3, "abc")]
    [InlineData("abcd", 3, "abc…")]
    [InlineData("ab😀", 3, "ab…")]
    [InlineData("ab😀", 4, "ab😀")]
    public void Cut_text_has_no_half_characters(string text, int maxLength, string expected) => Assert.Equal(expected, GuestText.Cut(text, maxLength));

    private static string Written(Action<Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = HarmlessJsonEncoder.Instance }))
            write(writer);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
