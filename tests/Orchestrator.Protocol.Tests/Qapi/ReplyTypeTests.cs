using System.Buffers;
using System.Text;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.Tests.Qapi;

public class ReplyTypeTests
{
    [Theory]
    [InlineData("guest-ping", "{}", "{}")]
    [InlineData("guest-ping", """{ "surprise": [1, {"a": null}] }""", "{}")]
    [InlineData("guest-exec", """{"pid":1,"x":{"deep":["<script>"]},"y":1}""", """{"pid":1}""")]
    [InlineData("guest-exec", """{"\u0070id":1}""", """{"pid":1}""")]
    [InlineData("guest-exec", """{"pid":-0}""", """{"pid":0}""")]
    [InlineData("guest-fsfreeze-status", "\"half-frozen\"", "\"half-frozen\"")]
    [InlineData("guest-get-host-name", """{"host-name":"a\u0000\u001b[31m\u007f\/\"\\ü"}""", """{"host-name":"a\u0000\u001B[31m\u007F/\"\\ü"}""")]
    [InlineData("guest-get-host-name", """{"host-name":"\ud83d\ude00"}""", """{"host-name":"\uD83D\uDE00"}""")]
    [InlineData("guest-get-load", """{"load1m":0.25,"load5m":1e2,"load15m":3}""", """{"load1m":0.25,"load5m":100,"load15m":3}""")]
    [InlineData("guest-get-cpustats", """[{"type":"plan9","cpu":"?"}]""", """[{"type":"plan9"}]""")]
    [InlineData("guest-get-cpustats", """[{"cpu":0,"user":1,"nice":2,"system":3,"idle":18446744073709551615,"type":"linux"}]""", """[{"cpu":0,"user":1,"nice":2,"system":3,"idle":18446744073709551615,"type":"linux"}]""")]
    [InlineData("guest-file-read", """{"count":1,"buf-b64":"Yg\u003d=","eof":true}""", """{"count":1,"buf-b64":"Yg==","eof":true}""")]
    public void Acceptable_reply_is_written_anew(string command, string json, string expected)
    {
        var result = Transcoded.Reply(command, json);

        Assert.Null(result.Violation);
        Assert.Equal(expected, result.Json);
    }

    [Theory]
    [InlineData("guest-exec", """{"pid":"1"}""", "return.pid", "a string")]
    [InlineData("guest-exec", """{"pid":null}""", "return.pid", "null")]
    [InlineData("guest-exec", """{"pid":1.0}""", "return.pid", "a number with a fraction or exponent, or a larger one")]
    [InlineData("guest-exec", """{"pid":1e2}""", "return.pid", "a number with a fraction or exponent, or a larger one")]
    [InlineData("guest-exec", """{"pid":9223372036854775808}""", "return.pid", "the integer 9223372036854775808")]
    [InlineData("guest-exec", """{"pid":18446744073709551616}""", "return.pid", "a number with a fraction or exponent, or a larger one")]
    [InlineData("guest-exec", "{}", "return.pid", "nothing")]
    [InlineData("guest-exec", "[]", "return", "an array")]
    [InlineData("guest-exec", "7", "return", "a number")]
    [InlineData("guest-exec", """{"pid":1,"pid":2}""", "return.pid", "the name again")]
    [InlineData("guest-exec", """{"pid":1,"\u0070id":2}""", "return.pid", "the name again")]
    [InlineData("guest-exec", """{"x":1,"pid":1,"\u0078":2}""", "return.(unknown member)", "the name again")]
    [InlineData("guest-exec", """{"pid":1,"x":[{"y":1,"y":1}]}""", "return.(unknown member)[0].(unknown member)", "the name again")]
    [InlineData("guest-ping", "[]", "return", "an array")]
    [InlineData("guest-ping", """{"a":1,"a":2}""", "return.(unknown member)", "the name again")]
    [InlineData("guest-get-memory-blocks", """[{"phys-index":-1,"online":true}]""", "return[0].phys-index", "the integer -1")]
    [InlineData("guest-get-devices", """[{"driver-name":"d","id":{"vendor-id":65536,"device-id":1,"type":"pci"}}]""", "return[0].id.vendor-id", "the integer 65536")]
    [InlineData("guest-get-devices", """[{"driver-name":"d","id":{"vendor-id":1,"type":"pci"}}]""", "return[0].id.device-id", "nothing")]
    [InlineData("guest-get-devices", """[{"driver-name":"d","id":{}}]""", "return[0].id.type", "nothing")]
    [InlineData("guest-get-load", """{"load1m":1e400,"load5m":1,"load15m":1}""", "return.load1m", "one beyond the range of a double")]
    [InlineData("guest-fsfreeze-status", "1", "return", "a number")]
    [InlineData("guest-file-read", """{"count":1,"buf-b64":"YQ= =","eof":true}""", "return.buf-b64", "a string that is not")]
    [InlineData("guest-file-read", """{"count":1,"buf-b64":"YQ","eof":true}""", "return.buf-b64", "a string that is not")]
    [InlineData("guest-file-read", """{"count":1,"buf-b64":"YQ-_","eof":true}""", "return.buf-b64", "a string that is not")]
    [InlineData("guest-file-read", """{"count":1,"buf-b64":"YQ==\n","eof":true}""", "return.buf-b64", "a string that is not")]
    public void Departure_from_the_type_is_named_by_its_place(string command, string json, string path, string actual)
    {
        var violation = Transcoded.Reply(command, json).Violation;

        Assert.Equal((path, actual), (violation?.Path, violation?.Actual));
    }

    [Fact]
    public void Event_data_is_checked_by_the_same_rules()
    {
        var @event = GuestNamespace.BuiltIn.Schema.Events["GUEST_STARTUP"];
        var output = new ArrayBufferWriter<byte>();

        Assert.True(QapiReply.TryRemarshal(
            @event, """{"os-type":"linux","os-version":"12","agent-version":"7.2.22","more":1}"""u8, output, QapiLimits.Guest, out _));
        Assert.Equal("""{"os-type":"linux","os-version":"12","agent-version":"7.2.22"}""", Encoding.UTF8.GetString(output.WrittenSpan));
        Assert.False(QapiReply.TryRemarshal(@event, "{}"u8, output, QapiLimits.Guest, out var violation));
        Assert.StartsWith("data.", violation!.Path);
    }
}
