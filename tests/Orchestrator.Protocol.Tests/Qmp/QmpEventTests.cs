using System.Text;
using Orchestrator.Protocol.Qmp;

namespace Orchestrator.Protocol.Tests.Qmp;

public class QmpEventTests
{
    [Fact]
    public async Task Event_arrives_with_name_data_and_time()
    {
        await using var test = await QmpTest.OnlineAsync();

        await test.Server.EventAsync("VSERPORT_CHANGE", """{"open": true, "id": "agent0", "n": 7}""");

        var heard = Assert.Single(test.Events);
        Assert.Equal("VSERPORT_CHANGE", heard.Name);
        Assert.Equal("""{"open":true,"id":"agent0","n":7}""", Encoding.UTF8.GetString(heard.Data.Span));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000).AddMicroseconds(123_456), heard.Timestamp);
        Assert.Equal((true, "agent0"), (heard.Flag("open"), heard.Text("id")));
        Assert.Equal((null, null), (heard.Flag("id"), heard.Text("open")));
        Assert.Equal((null, null), (heard.Flag("none"), heard.Text("n")));
    }

    [Fact]
    public async Task Clock_that_failed_gives_an_event_without_time()
    {
        await using var test = await QmpTest.OnlineAsync();

        await test.Server.EventAsync("STOP", seconds: -1);

        Assert.Equal(("STOP", null), (test.Events.Single().Name, test.Events.Single().Timestamp));
    }

    [Theory]
    [InlineData("""{"event": "A"}""")]
    [InlineData("""{"event": "A", "timestamp": {}}""")]
    [InlineData("""{"event": "A", "timestamp": {"seconds": 1}}""")]
    [InlineData("""{"event": "A", "timestamp": {"seconds": 1, "microseconds": 1000000}}""")]
    [InlineData("""{"event": "A", "timestamp": {"seconds": 253402300800, "microseconds": 0}}""")]
    [InlineData("""{"event": "A", "timestamp": {"seconds": 99999999999999999999, "microseconds": 0}}""")]
    [InlineData("""{"event": "A", "timestamp": {"seconds": 1.5, "microseconds": 0}}""")]
    public void Time_that_is_none_is_left_out(string message) =>
        Assert.Equal(new QmpEvent("A", default, null), QmpEvent.Parse(Encoding.UTF8.GetBytes(message)));

    [Fact]
    public void Last_representable_second_is_one() =>
        Assert.Equal(9999, QmpEvent.Parse("""{"event": "A", "timestamp": {"seconds": 253402300799, "microseconds": 999999}}"""u8)!.Timestamp!.Value.Year);

    [Theory]
    [InlineData("-1")]
    [InlineData("[1]")]
    [InlineData("null")]
    [InlineData("\"now\"")]
    public void Timestamp_that_is_no_object_takes_nothing_else_with_it(string timestamp)
    {
        var message = """{"timestamp": """ + timestamp + """, "data": {"open": true}, "event": "A"}""";

        var parsed = QmpEvent.Parse(Encoding.UTF8.GetBytes(message));

        Assert.Equal(("A", true, null), (parsed?.Name, parsed?.Flag("open"), parsed?.Timestamp));
    }

    [Theory]
    [InlineData("""{"event": 7}""")]
    [InlineData("""{"event": null}""")]
    [InlineData("""{"event": "\ud800"}""")]
    [InlineData("""{"event": "A", "data": {"a": 1, "a": 2}}""")]
    [InlineData("""{"event": "A", "data": {"a": "\udc00"}}""")]
    [InlineData("""{"event": "A", "data": 1e400}""")]
    [InlineData("""{"event": "A", "timestamp": {"seconds": "1"}}""")]
    public async Task Malformed_event_is_dropped_and_the_session_goes_on(string message)
    {
        await using var test = await QmpTest.OnlineAsync();

        await test.Server.SendLineAsync(message);
        await test.Server.EventAsync("AFTER");

        Assert.Equal("AFTER", Assert.Single(test.Events).Name);
        Assert.Equal(1, test.Session.DroppedFrames);
    }

    [Fact]
    public async Task Data_that_is_no_object_has_no_members()
    {
        await using var test = await QmpTest.OnlineAsync();

        await test.Server.EventAsync("A", "[1]");

        Assert.Equal((null, null), (test.Events.Single().Text("x"), test.Events.Single().Flag("x")));
    }

    [Fact]
    public async Task Flood_of_events_comes_through_in_order_between_answers()
    {
        await using var test = await QmpTest.OnlineAsync();
        var result = test.ExecuteAsync("query-name");
        var command = await test.Server.ReadCommandAsync();
        var flood = string.Concat(Enumerable.Range(0, 5000).Select(i => $$"""{"event": "E{{i}}"}""" + "\r\n"));

        await test.Server.SendRawAsync(flood + """{"return": 1, "id": """ + command.Id + "}\r\n" + flood);

        Assert.Equal("1", QmpTest.ValueOf(await result));
        Assert.Equal(Enumerable.Range(0, 5000).Concat(Enumerable.Range(0, 5000)).Select(i => $"E{i}"), test.Events.Select(e => e.Name));
    }
}
