using System.Text;
using System.Text.Json;
using Orchestrator.Bench.Events.Peers;

namespace Orchestrator.Bench.Tests.Events;

public class MonitorLinesTests
{
    [Fact]
    public void The_negotiation_succeeds_with_the_commands_own_id() =>
        Assert.Equal("{\"return\": {}, \"id\": \"a-1\"}\r\n", Answer("""{"execute":"qmp_capabilities","arguments":{"enable":["oob"]},"id":"a-1"}"""));

    [Theory]
    [InlineData("""{"execute":"query-status","id":7}""", "query-status", "7")]
    [InlineData("""{"exec-oob":"yank","arguments":{},"id":{"n":1}}""", "yank", """{"n":1}""")]
    public void Every_other_command_is_not_found(string command, string name, string id) =>
        Assert.Equal($"{{\"id\": {id}, \"error\": {{\"class\": \"CommandNotFound\", \"desc\": \"The command {name} has not been found\"}}}}\r\n", Answer(command));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    public void What_is_no_command_is_the_orchestrators_fault_and_ends_the_benchmark(string line) => Assert.Throws<BenchException>(() => MonitorLines.Answer(line));

    [Fact]
    public void An_event_has_its_number_and_both_clocks()
    {
        var line = MonitorLines.Numbered(17, new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, 901, TimeSpan.Zero), 123_456_789_012);

        Assert.EndsWith("\r\n", Encoding.ASCII.GetString(line));
        var message = JsonElement.Parse(line);
        Assert.Equal("RTC_CHANGE", message.GetProperty("event").GetString());
        Assert.Equal((1767323045, 678901), (message.GetProperty("timestamp").GetProperty("seconds").GetInt64(), message.GetProperty("timestamp").GetProperty("microseconds").GetInt64()));
        Assert.Equal((17, 123_456_789_012), (message.GetProperty("data").GetProperty("offset").GetInt64(), message.GetProperty("data").GetProperty("sent").GetInt64()));
    }

    [Fact]
    public void The_greeting_is_one_line_of_json()
    {
        var line = Encoding.ASCII.GetString(MonitorLines.Greeting);

        Assert.EndsWith("}\r\n", line);
        Assert.True(JsonElement.Parse(line).TryGetProperty("QMP", out _));
    }

    private static string Answer(string command) => Encoding.UTF8.GetString(MonitorLines.Answer(command));
}
