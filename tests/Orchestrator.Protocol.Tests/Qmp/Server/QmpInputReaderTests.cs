using Orchestrator.Protocol.Qmp.Server;

namespace Orchestrator.Protocol.Tests.Qmp.Server;

/// <summary>What QEMU 7.2 was seen to make of the same bytes; its words are the expectation. A line end follows each text.</summary>
public sealed class QmpInputReaderTests
{
    private const string Parse = "!JSON parse error, ";

    [Theory]
    [InlineData("{'execute':'a'}", """{"execute":"a"}""")]
    [InlineData("{\"execute\": \"a\",\r\n\t \"id\" :1 }", """{"execute":"a","id":1}""")]
    [InlineData("""{"a":[1,-0,1.5,1e+5,1E5,18446744073709551615,1e400]}""", """{"a":[1,-0,1.5,1e+5,1E5,18446744073709551615,1e400]}""")]
    [InlineData("""{"a":[true,false,null,[],{}]}""", """{"a":[true,false,null,[],{}]}""")]
    [InlineData("""{'a':'it\'s "q" \/'}""", """{"a":"it's \"q\" /"}""")]
    [InlineData("""{"a":"\u0041\u00e9\ud83d\ude00\b\f\n\r\t\\\""}""", """{"a":"A\u00E9\uD83D\uDE00\b\f\n\r\t\\\""}""")]
    [InlineData("{\"a\":\"\u00c3\u00a9\u00f0\u009f\u0098\u0080\"}", """{"a":"\u00E9\uD83D\uDE00"}""")]
    [InlineData("{\"a\":\"\\u0000\u00c0\u0080\u007f\\u001f <>&'+/\"}", """{"a":"\u0000\u0000\u007F\u001F <>&'+/"}""")]
    [InlineData("\"abc\"", "\"abc\"")]
    [InlineData("\"%s\"", "\"%s\"")]
    [InlineData("[1,2]", "[1,2]")]
    [InlineData("null", "null")]
    public void Message_is_written_anew_in_strict_ascii(string text, string expected) => Assert.Equal([expected], Inputs.Read(text + "\n"));

    [Theory]
    [InlineData("\u00ff", "stray '\uFFFD'")]
    [InlineData("NaN", "stray 'N'")]
    [InlineData("+1", "stray '+'")]
    [InlineData("%s", "stray '%'")]
    [InlineData("01", "stray '01'")]
    [InlineData("-", "stray '-\n'")]
    [InlineData("-a", "stray '-a'")]
    [InlineData("1.", "stray '1.\n'")]
    [InlineData("1.e", "stray '1.e'")]
    [InlineData("\"\u00ff\"", "stray '\"\uFFFD'")]
    [InlineData("foo", "invalid keyword 'foo'")]
    [InlineData("[1,]", "expecting value")]
    [InlineData("[,]", "expecting value")]
    [InlineData("""{"a":1,}""", "expecting value")]
    [InlineData("{,}", "expecting value")]
    [InlineData("""{"a":}""", "expecting value")]
    [InlineData("]", "expecting value")]
    [InlineData("}", "expecting value")]
    [InlineData("{]", "expecting value")]
    [InlineData("{[}]", "key is not a string in object")]
    [InlineData(",", "expecting value")]
    [InlineData(":", "expecting value")]
    [InlineData("""{"a"}""", "missing : in object pair")]
    [InlineData("""{"a" "b"}""", "missing : in object pair")]
    [InlineData("""{"a":1 "b":2}""", "expected separator in dict")]
    [InlineData("""{"a":1]""", "expected separator in dict")]
    [InlineData("[1 2]", "expected separator in list")]
    [InlineData("[1}", "expected separator in list")]
    [InlineData("{1:2}", "key is not a string in object")]
    [InlineData("{true:2}", "key is not a string in object")]
    [InlineData("{foo:2}", "invalid keyword 'foo'")]
    [InlineData("{{}:2}", "key is not a string in object")]
    [InlineData("""{"a":1,"\u0061":2}""", "duplicate key")]
    [InlineData("""{"a":[1,"\q",{"b":1 2}]}""", "invalid escape sequence in string")]
    [InlineData("""["\u12"]""", "\\u12 is not a valid Unicode character")]
    [InlineData("""["\ud800"]""", "\\ud800 is not a valid Unicode character")]
    [InlineData("""["\ud800\u0041"]""", "\\ud800 is not a valid Unicode character")]
    [InlineData("""["\udc00"]""", "\\udc00 is not a valid Unicode character")]
    [InlineData("""["\uFFFF"]""", "\\uFFFF is not a valid Unicode character")]
    [InlineData("""["\ufdd0"]""", "\\ufdd0 is not a valid Unicode character")]
    [InlineData("\"\u00c3\"", "invalid UTF-8 sequence in string")]
    [InlineData("\"\u00ed\u00a0\u0080\"", "invalid UTF-8 sequence in string")]
    [InlineData("\"\u00c1\u0080\"", "invalid UTF-8 sequence in string")]
    [InlineData("\"\u00ef\u00bf\u00bf\"", "invalid UTF-8 sequence in string")]
    [InlineData("\"\u00f4\u0090\u0080\u0080\"", "invalid UTF-8 sequence in string")]
    public void Text_that_is_no_json_is_one_fault_and_the_next_message_is_read(string text, string fault) =>
        Assert.Equal([Parse + fault, """{"execute":"next"}"""], Inputs.Read(text + "\n{'execute':'next'}"));

    [Theory]
    [InlineData("""{"execute":"a"}{"execute":"b"} {"execute":"c"}""", """{"execute":"a"}""", """{"execute":"b"}""", """{"execute":"c"}""")]
    [InlineData("Foo bar {}", Parse + "stray 'F'", "{}")]
    [InlineData("foo bar", Parse + "invalid keyword 'foo'", Parse + "invalid keyword 'bar'")]
    [InlineData("{\"a\":\"b\nc\"}", Parse + "stray '\"b\n'", Parse + "expecting value")]
    [InlineData("""{"execute": NaN}""", Parse + "stray 'N'", Parse + "expecting value")]
    [InlineData("\u00ff\u00ff", Parse + "stray '\uFFFD'", Parse + "stray '\uFFFD'")]
    [InlineData("\"a\":1", "\"a\"", Parse + "expecting value", "1")]
    [InlineData("0e5", "0", Parse + "invalid keyword 'e'", "5")]
    [InlineData("-01 1", Parse + "stray '-01'")]
    public void Stream_of_messages_is_cut_where_qemu_cuts_it(string text, params string[] expected) => Assert.Equal(expected, Inputs.Read(text + "\n"));

    [Theory]
    [InlineData("""{ 'execute' : "a\u00e9\ud83d\ude00\"", "id":[ 1.5e-3,-12, true , null ,"\'"] }""" + "\r\n{}\n")]
    [InlineData("\u00ff{\"execute\":\"query-status\"}{\"a\":\"\u00c3\u00a9\"} 12 NaN ]\n[1}\n{\"a\":1,\"a\":2}\n")]
    public void Message_cut_at_any_two_bytes_reads_the_same(string text)
    {
        var (bytes, whole) = (Inputs.Bytes(text), Inputs.Read(text));

        for (var first = 0; first <= bytes.Length; first++)
        {
            for (var second = first; second <= bytes.Length; second++)
                Assert.Equal(whole, Inputs.Read([bytes[..first], bytes[first..second], bytes[second..]]));
        }
        Assert.Equal(whole, Inputs.Read(bytes.Select(value => new[] { value })));
    }

    [Fact]
    public void Message_without_its_line_end_is_complete() => Assert.Equal(["{}"], Inputs.Read("{}"));

    [Theory]
    [InlineData("""{"execute":"a"}""", false)]
    [InlineData("""{"exec-oob":"a"}""", true)]
    [InlineData("""{"id":{"execute":1},"exec-oob":"a"}""", true)]
    [InlineData("""{"exec-oob":"a","execute":"b"}""", false)]
    [InlineData("""{"id":{"exec-oob":1},"execute":"b"}""", false)]
    public void Message_overtakes_when_it_says_exec_oob_alone(string text, bool overtakes) => Assert.Equal(overtakes, Inputs.One(text).OutOfBand);

    [Theory]
    [InlineData("[[[[1]]]]", "!JSON nesting depth limit exceeded")]
    [InlineData("[1,2,3,4,5,6,7,8,9,10]", "!JSON token count limit exceeded")]
    [InlineData("""["0123456789012345678901234567890123456789"]""", "!JSON token size limit exceeded")]
    [InlineData("\"0123456789012345678901234567890123456789\"", "!JSON token size limit exceeded")]
    [InlineData("""{"a":[{"b":[["x", 1, "y",{}]]}]}""", "!JSON nesting depth limit exceeded")]
    public void Message_beyond_a_limit_is_one_fault_and_its_rest_is_skipped(string text, string fault)
    {
        var options = new QmpServerOptions { MaxDepth = 3, MaxTokens = 16, MaxMessageBytes = 32 };

        Assert.Equal([fault, "[]"], Inputs.Read(text + "[]", options));
        Assert.Equal([fault, "[]"], Inputs.Read(Inputs.Bytes(text + "[]").Select(value => new[] { value }), options));
    }

    [Fact]
    public void Stray_byte_ends_the_skipping_of_a_message() =>
        Assert.Equal(["!JSON nesting depth limit exceeded", "!JSON parse error, stray '\uFFFD'", "[]"], Inputs.Read("[[[[\u00ff[]", new QmpServerOptions { MaxDepth = 3 }));

    [Fact]
    public void Deepest_nesting_that_qemu_takes_is_taken()
    {
        var text = new string('[', 1024) + new string(']', 1024);

        Assert.Equal([text], Inputs.Read(text));
    }

    [Fact]
    public void Long_stray_text_is_quoted_in_part()
    {
        var fault = Assert.Single(Inputs.Read("\"" + new string('x', 1000) + "\n"));

        Assert.Equal(Parse + "stray '\"" + new string('x', 63) + "...'", fault);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("{}", true)]
    [InlineData("{} \n ", true)]
    [InlineData("{", false)]
    [InlineData("{\"a", false)]
    [InlineData("[[]", false)]
    [InlineData("tru", false)]
    [InlineData("\u00ff", false)]
    [InlineData("\u00ff{}", true)]
    public void Reader_at_rest_holds_nothing_of_a_message(string text, bool isAtRest)
    {
        var reader = new QmpInputReader(new QmpServerOptions());
        var bytes = new System.Buffers.ReadOnlySequence<byte>(System.Text.Encoding.Latin1.GetBytes(text));
        while (reader.Read(ref bytes) is not null)
        {
            // All of it.
        }

        Assert.Equal(isAtRest, reader.IsAtRest);
    }

    [Fact]
    public void Reader_that_skips_is_not_at_rest()
    {
        var reader = new QmpInputReader(new QmpServerOptions { MaxTokens = 2 });
        var bytes = new System.Buffers.ReadOnlySequence<byte>("[[["u8.ToArray());

        Assert.NotNull(reader.Read(ref bytes)?.Fault);
        Assert.False(reader.IsAtRest);
        bytes = new System.Buffers.ReadOnlySequence<byte>("]]]"u8.ToArray());
        Assert.Null(reader.Read(ref bytes));
        Assert.True(reader.IsAtRest);
    }
}
