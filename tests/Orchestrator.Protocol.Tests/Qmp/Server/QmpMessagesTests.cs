using System.Text;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qmp;
using Orchestrator.Protocol.Qmp.Server;

namespace Orchestrator.Protocol.Tests.Qmp.Server;

public sealed class QmpMessagesTests
{
    /// <summary>The greeting of Debian's QEMU, as it came.</summary>
    [Fact]
    public void Greeting_is_what_qemu_writes() => Assert.Equal(
        """{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": "Debian 1:7.2+dfsg-7+deb12u18+b3"}, "capabilities": ["oob"]}}""" + "\r\n",
        Text(QmpMessages.Greeting(new QmpGreeting("7.2.22", true, "Debian 1:7.2+dfsg-7+deb12u18+b3"))));

    [Fact]
    public void Greeting_without_out_of_band_offers_nothing() =>
        Assert.EndsWith("\"package\": \"\"}, \"capabilities\": []}}\r\n", Text(QmpMessages.Greeting(new QmpGreeting("9.2.0", false))));

    [Theory]
    [InlineData("{}", "", """{"return": {}}""")]
    [InlineData("{}", "1", """{"return": {}, "id": 1}""")]
    [InlineData("[\"\u00e9\U0001F600\u007f\"]", "\"x\"", """{"return": ["\u00E9\uD83D\uDE00\u007F"], "id": "x"}""")]
    public void Return_is_one_line_of_ascii(string value, string id, string expected) =>
        Assert.Equal(expected + "\r\n", Text(QmpMessages.Return(Encoding.UTF8.GetBytes(value), Encoding.UTF8.GetBytes(id))));

    [Theory]
    [InlineData("", """{"error": {"class": "GenericError", "desc": "no \"x\"\n\u00E9\u001B\u202E"}}""")]
    [InlineData("[1]", """{"id": [1], "error": {"class": "GenericError", "desc": "no \"x\"\n\u00E9\u001B\u202E"}}""")]
    public void Error_is_one_line_of_ascii(string id, string expected) =>
        Assert.Equal(expected + "\r\n", Text(QmpMessages.Error(new CommandError("GenericError", "no \"x\"\n\u00e9\u001b\u202e"), Encoding.UTF8.GetBytes(id))));

    [Fact]
    public void Event_has_its_own_time()
    {
        var time = DateTimeOffset.FromUnixTimeSeconds(1267020223).AddMicroseconds(435656);

        Assert.Equal(
            """{"timestamp": {"seconds": 1267020223, "microseconds": 435656}, "event": "X", "data": {"a":"\u00E9"}}""" + "\r\n",
            Text(QmpMessages.Event("X", "{\"a\":\"\u00e9\"}"u8, time)));
    }

    [Fact]
    public void Event_without_data_and_time_says_so() =>
        Assert.Equal("""{"timestamp": {"seconds": -1, "microseconds": -1}, "event": "STOP"}""" + "\r\n", Text(QmpMessages.Event("STOP", default, null)));

    private static string Text(ReadOnlyMemory<byte> message) => Encoding.ASCII.GetString(message.Span);
}
