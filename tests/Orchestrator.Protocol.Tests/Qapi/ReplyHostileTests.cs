using System.Buffers;
using System.Text;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.Tests.Qapi;

public class ReplyHostileTests
{
    private const string Marker = "EvilText";

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("inf")]
    [InlineData("NaN")]
    [InlineData("{}{}")]
    [InlineData("{} []")]
    [InlineData("{},")]
    [InlineData("{'a':1}")]
    [InlineData("{\"a\":1,}")]
    [InlineData("/* c */{}")]
    [InlineData("\uFEFF{}")]
    [InlineData("{\"a\":\"\n\"}")]
    [InlineData("{\"a\":01}")]
    [InlineData("{\"EvilText\":EvilText}")]
    public void Text_that_is_not_one_JSON_value_is_a_violation(string json)
    {
        foreach (var violation in new[] { Transcoded.Reply("guest-ping", json).Violation, Transcoded.Reply("guest-exec", json).Violation, Transcoded.Normalize(json).Violation })
        {
            Assert.NotNull(violation);
            Assert.DoesNotContain(Marker, violation.ToString());
        }
    }

    [Theory]
    [InlineData("{} []", 3)]
    [InlineData("[1 2]", 3)]
    [InlineData("[{\"a\":x}]", 6)]
    public void Syntax_error_is_told_by_its_place(string json, int place) =>
        Assert.Equal(new QapiViolation("return", "JSON", $"a syntax error near byte {place}") { Offset = place }, Transcoded.Normalize(json).Violation);

    [Theory]
    [InlineData(new byte[] { 0xC0, 0x80 })]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xF4, 0x90, 0x80, 0x80 })]
    [InlineData(new byte[] { 0xE2, 0x82 })]
    [InlineData(new byte[] { (byte)'\\', (byte)'u', (byte)'d', (byte)'8', (byte)'0', (byte)'0' })]
    [InlineData(new byte[] { (byte)'\\', (byte)'n', 0xC0, 0x80 })]
    public void Invalid_Unicode_is_a_violation_wherever_it_stands(byte[] text)
    {
        byte[] Around(string before, string after) => [.. Encoding.UTF8.GetBytes(before), .. text, .. Encoding.UTF8.GetBytes(after)];
        var host = GuestNamespace.BuiltIn.Schema.Commands["guest-get-host-name"].Returns;

        Assert.Equal("return.host-name", Transcoded.Reply(host, Around("{\"host-name\":\"", "\"}")).Violation!.Path);
        Assert.Equal("return.(unknown member)", Transcoded.Reply(host, Around("{\"host-name\":\"h\",\"", "\":1}")).Violation!.Path);
        Assert.NotNull(Transcoded.Reply(host, Around("{\"host-name\":\"h\",\"x\":[\"", "\"]}")).Violation);
        Assert.NotNull(Transcoded.Reply(GuestNamespace.BuiltIn.Schema.Commands["guest-fsfreeze-status"].Returns, Around("\"", "\"")).Violation);
        Assert.NotNull(Transcoded.Reply(GuestNamespace.BuiltIn.Schema.Commands["guest-get-cpustats"].Returns, Around("[{\"type\":\"", "\"}]")).Violation);
        Assert.NotNull(Transcoded.Reply((QapiType?)null, Around("{\"", "\":1}")).Violation);
        Assert.NotNull(Transcoded.Normalize(Around("\"", "\"")).Violation);
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    public void Nesting_beyond_the_limit_is_a_violation_at_any_depth(string open, string close)
    {
        string Nested(int depth) => string.Concat(Enumerable.Repeat(open, depth)) + "1" + string.Concat(Enumerable.Repeat(close, depth));

        Assert.Null(Transcoded.Normalize(Nested(32), QapiLimits.Guest).Violation);
        Assert.Equal("at most 32 levels of nesting", Transcoded.Normalize(Nested(33), QapiLimits.Guest).Violation!.Expected);
        Assert.NotNull(Transcoded.Normalize(Nested(10_000), QapiLimits.Guest).Violation);
        Assert.NotNull(Transcoded.Reply("guest-exec", "{\"pid\":1,\"x\":" + Nested(10_000) + "}").Violation);
        Assert.NotNull(Transcoded.Reply("guest-get-cpustats", "[{\"x\":" + Nested(10_000) + ",\"type\":\"linux\"}]").Violation);
    }

    [Fact]
    public void Violation_never_quotes_the_guest()
    {
        string[] replies =
        [
            $"{{\"{Marker}\":1,\"{Marker}\":2}}", $"{{\"pid\":\"{Marker}\"}}", $"{{\"pid\":{Marker}}}", $"{{\"{Marker}\":\"\\ud800\"}}", $"\"{Marker}\"",
        ];

        Assert.All(replies, reply => Assert.DoesNotContain(Marker, Transcoded.Reply("guest-exec", reply).Violation!.ToString()));
    }

    [Fact]
    public void Tokens_elements_and_string_bytes_have_limits()
    {
        var array = GuestNamespace.BuiltIn.Schema.Commands["guest-get-users"].Returns;
        var limits = QapiLimits.Guest with { MaxTokens = 8, MaxArrayItems = 3, MaxStringBytes = 4 };

        Assert.Equal("at most 8 tokens", Transcoded.Normalize("[[[[[]]]]]", limits).Violation!.Expected);
        Assert.Null(Transcoded.Normalize("[[[[]]]]", limits).Violation);
        Assert.Equal("at most 3 elements", Transcoded.Normalize("[1,2,3,4]", limits).Violation!.Expected);
        Assert.Equal("at most 3 elements", Transcoded.Reply(MemorySource.Parse("{ 'command': 'c', 'returns': [ 'int' ] }").Commands["c"].Returns, "[1,2,3,4]", limits).Violation!.Expected);
        Assert.NotNull(Transcoded.Reply(array, "[{\"user\":\"toolong\"}]", limits).Violation);
        Assert.Equal("a string of at most 4 bytes", Transcoded.Normalize("\"abcde\"", limits).Violation!.Expected);
        Assert.Equal("a string of at most 4 bytes", Transcoded.Normalize("{\"abcde\":1}", limits).Violation!.Expected);
        Assert.Equal("a string of at most 4 bytes", Transcoded.Normalize("\"\\u0061\\u0061\\u0061\\u0061\\u0061\"", limits).Violation!.Expected);
        Assert.Null(Transcoded.Normalize("\"\\u0061\\u0061\\u0061\\u0061\"", limits).Violation);
    }

    [Fact]
    public void Limits_outside_what_the_runtime_can_do_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new QapiLimits { MaxDepth = 513 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new QapiLimits { MaxStringBytes = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new QapiLimits { MaxBase64Bytes = int.MaxValue });
    }

    [Fact]
    public void Largest_read_of_the_agent_passes_and_one_beyond_the_limit_does_not()
    {
        const int Largest = 64 << 20;
        var type = GuestNamespace.BuiltIn.Schema.Commands["guest-file-read"].Returns;
        var prefix = "{\"count\":50331648,\"buf-b64\":\""u8;
        var suffix = "\",\"eof\":false}"u8;
        byte[] json = [.. prefix, .. new byte[Largest], .. suffix];
        json.AsSpan(prefix.Length, Largest).Fill((byte)'+');
        var output = new ArrayBufferWriter<byte>(json.Length + 64);

        Assert.True(QapiReply.TryRemarshal(type, json, output, QapiLimits.Guest, out _));
        Assert.True(output.WrittenSpan.SequenceEqual(json));
        Assert.Equal(
            $"a string of at most {Largest - 1} bytes",
            Transcoded.Reply(type, json, QapiLimits.Guest with { MaxBase64Bytes = Largest - 1 }).Violation!.Expected);
    }
}
