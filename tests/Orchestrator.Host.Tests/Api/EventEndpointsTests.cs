using System.Globalization;
using System.Text.Json;
using Orchestrator.Actors.Events;

namespace Orchestrator.Host.Tests.Api;

[Collection(nameof(ServedFleet))]
public sealed class EventEndpointsTests(ServedFleet fleet)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Event_is_a_cloud_event_with_exactly_these_members()
    {
        using var reader = await fleet.OpenAsync("v1/events?type=BALLOON_CHANGE");
        await fleet.Web1.HappenAsync("BALLOON_CHANGE", """{"actual": 1073741824}""");

        var line = (await reader.ReadLineAsync())!;
        var (id, sequence, session, cursor) = (Text(line, "id"), Text(line, "sequence"), Text(line, "sessionepoch"), Text(line, "cursor"));
        Assert.Matches($"^[0-9]{{13}}:{sequence}$", id);
        Assert.Equal(
            $$$"""{"specversion":"1.0","id":"{{{id}}}","source":"/hosts/node1/vms/00000000-0000-4000-8000-000000000001","type":"io.orchestrator.qmp."""
            + $$$"""BALLOON_CHANGE","subject":"web1","time":"2023-11-14T22:13:20.123456+00:00","sequence":"{{{sequence}}}","partitionkey":"00000000-0000-4000-8000-"""
            + $$$"""000000000001","provenance":"host","incarnation":1,"sessionepoch":"{{{session}}}","cursor":"{{{cursor}}}","data":"""
            + """{"event":"BALLOON_CHANGE","timestamp":{"seconds":1700000000,"microseconds":123456},"data":{"actual":1073741824}}}""",
            line);
        // That of the stream knows besides when it began, for logs that come later.
        Assert.Equal(PlaceOf(cursor)!, PlaceOf((await fleet.GetAsync($"v1/events/{id}")).Json.GetProperty("cursor").GetString()!));
    }

    [Theory]
    [InlineData("type=io.orchestrator.qmp.*")]
    [InlineData("type=RTC_*")]
    [InlineData("type=STOP&type=RTC_*")]
    [InlineData("target=web2")]
    [InlineData("type=*RTC*&target=web*")]
    [InlineData("filter=data.offset%20IN%20(1,2)%20AND%20subject%20LIKE%20'web_'")]
    [InlineData("filter=EXISTS%20data.qom-path&type=RTC_CHANGE")]
    public async Task Events_are_chosen_by_type_target_and_expression(string query)
    {
        using var reader = await fleet.OpenAsync($"v1/events?{query}&cursor={await CursorAsync()}");
        await fleet.Db1.HappenAsync("NIC_RX_FILTER_CHANGED", """{"path": "x"}""");
        await fleet.Web2.HappenAsync("RTC_CHANGE", """{"offset": 1, "qom-path": "x"}""");
        await fleet.Web2.HappenAsync("RTC_CHANGE", """{"offset": 2, "qom-path": "x"}""");

        string line;
        while (!(line = await EventAsync(reader)).Contains("\"offset\":1", StringComparison.Ordinal))
            Assert.Equal("type=io.orchestrator.qmp.*", query);
        // Events of one VM keep their order; those of others come in between.
        while (!(line = await EventAsync(reader)).Contains("\"offset\":2", StringComparison.Ordinal))
            Assert.Equal("type=io.orchestrator.qmp.*", query);
    }

    [Fact]
    public async Task Server_sent_events_go_on_behind_the_last_one_seen()
    {
        var before = await CursorAsync();
        await fleet.Web1.HappenAsync("RTC_CHANGE", """{"offset": 3, "qom-path": "x"}""");
        await fleet.Web1.HappenAsync("RTC_CHANGE", """{"offset": 4, "qom-path": "x"}""");
        await CursorAsync();
        // What the address says of the beginning does not count any more.
        using var first = await fleet.OpenAsync("v1/events?type=RTC_CHANGE&initial=true", "text/event-stream", before);
        Assert.Equal("retry: 1000", await first.ReadLineAsync());
        Assert.Equal("", await first.ReadLineAsync());
        var (id, data) = await ServerSentEventAsync(first);
        Assert.Contains("\"offset\":3", data);
        Assert.Equal(id, Text(data, "cursor"));

        using var second = await fleet.OpenAsync("v1/events?type=RTC_CHANGE&cursor=abroad", "text/event-stream", id);
        await second.ReadLineAsync();
        await second.ReadLineAsync();
        Assert.Contains("\"offset\":4", (await ServerSentEventAsync(second)).Data);
    }

    [Fact]
    public async Task Reader_from_the_past_is_told_once_when_it_has_caught_up()
    {
        var before = await CursorAsync();
        await fleet.Web1.HappenAsync("RTC_CHANGE", """{"offset": 5, "qom-path": "x"}""");
        await CursorAsync();

        using var reader = await fleet.OpenAsync($"v1/events?type=RTC_CHANGE&cursor={before}");
        Assert.Contains("\"offset\":5", await reader.ReadLineAsync());
        var caughtUp = (await reader.ReadLineAsync())!;
        Assert.Equal("io.orchestrator.stream.caughtup", Text(caughtUp, "type"));
        await fleet.Web1.HappenAsync("RTC_CHANGE", """{"offset": 6, "qom-path": "x"}""");
        Assert.Contains("\"offset\":6", await reader.ReadLineAsync());

        // Its cursor is a place like any other.
        using var next = await fleet.OpenAsync($"v1/events?type=RTC_CHANGE&cursor={Text(caughtUp, "cursor")}");
        Assert.Contains("\"offset\":6", await EventAsync(next));
    }

    [Fact]
    public async Task Reader_that_does_not_follow_gets_what_there_is_and_the_end()
    {
        var before = await CursorAsync();
        for (var offset = 0; offset < 3; offset++)
            await fleet.Web1.HappenAsync("RTC_CHANGE", $$"""{"offset": {{offset}}, "qom-path": "x"}""");
        await CursorAsync();

        var all = (await fleet.GetAsync($"v1/events?type=RTC_CHANGE&follow=false&cursor={before}")).Lines;
        var two = (await fleet.GetAsync($"v1/events?type=RTC_CHANGE&follow=false&limit=2&cursor={before}")).Lines;
        var rest = (await fleet.GetAsync($"v1/events?type=RTC_CHANGE&follow=false&cursor={Text(two[1], "cursor")}")).Lines;
        var none = (await fleet.GetAsync("v1/events?follow=false")).Lines;

        Assert.Equal(["RTC_CHANGE", "RTC_CHANGE", "RTC_CHANGE", "caughtup"], all.Select(Name));
        Assert.Equal(all[..2], two);
        Assert.Equal(["RTC_CHANGE", "caughtup"], rest.Select(Name));
        Assert.Equal(all[2], rest[0]);
        Assert.Equal(["caughtup"], none.Select(Name));
    }

    [Theory]
    [InlineData("since=10m", true)]
    [InlineData("since=1d", true)]
    [InlineData("since=0s", false)]
    [InlineData("since=2026-01-01T00:00:00Z", true)]
    [InlineData("since=2026-01-01T00:00:00%2B02:00", true)]
    [InlineData("since=2998-01-01T00:00:00Z", false)]
    [InlineData("from=beginning", true)]
    [InlineData("from=now", false)]
    public async Task Reader_begins_where_it_says(string start, bool isSeen)
    {
        await CursorAsync();
        var lines = (await fleet.GetAsync($"v1/events?type=DEVICE_DELETED&follow=false&{start}")).Lines;
        Assert.Equal(isSeen, lines.Length > 1);
        Assert.Equal("caughtup", Name(lines[^1]));
    }

    [Fact]
    public async Task Reader_may_begin_with_the_vms_as_they_are()
    {
        using var reader = await fleet.OpenAsync("v1/events?initial=true&target=web*&type=RTC_CHANGE");
        await fleet.Web1.HappenAsync("RTC_CHANGE", """{"offset": 7, "qom-path": "x"}""");

        string[] lines = [(await reader.ReadLineAsync())!, (await reader.ReadLineAsync())!, (await reader.ReadLineAsync())!, (await reader.ReadLineAsync())!];
        Assert.Equal(["snapshot", "snapshot", "caughtup", "RTC_CHANGE"], lines.Select(Name));
        Assert.Equal(["web1", "web2"], lines[..2].Select(line => Text(line, "subject")));
        var vm = JsonElement.Parse(lines[0]).GetProperty("data");
        Assert.Equal((await fleet.GetAsync("v1/vms/web1")).Body, vm.GetRawText());
    }

    [Fact]
    public async Task Cursor_of_another_log_is_refused_before_the_stream_and_borne_by_server_sent_events()
    {
        var foreign = Orchestrator.Actors.Events.EventCursor.Beginning.With("node1", new(12_345, 6)).ToString();

        var refused = await fleet.GetAsync($"v1/events?cursor={foreign}");
        refused.IsProblem(System.Net.HttpStatusCode.Gone, "cursor-expired", "another log");
        Assert.Equal("foreign", refused.Json.GetProperty("cause").GetString());
        var resyncFrom = refused.Json.GetProperty("resyncFrom").GetString();
        Assert.Equal("1", Text((await fleet.GetAsync($"v1/events?follow=false&limit=1&cursor={resyncFrom}")).Lines[0], "sequence"));

        using var borne = await fleet.OpenAsync("v1/events", "text/event-stream", foreign);
        await borne.ReadLineAsync();
        await borne.ReadLineAsync();
        var (id, gap) = await ServerSentEventAsync(borne, "gap");
        Assert.Equal((resyncFrom, "foreign"), (id, JsonElement.Parse(gap).GetProperty("data").GetProperty("cause").GetString()));
        Assert.Equal("1", Text((await ServerSentEventAsync(borne)).Data, "sequence"));

        (await fleet.GetAsync($"v1/events?cursor={foreign}", "text/event-stream")).IsProblem(System.Net.HttpStatusCode.Gone, "cursor-expired", "another log");
    }

    [Fact]
    public async Task Problem_of_a_filter_points_at_the_place()
    {
        var answer = await fleet.GetAsync("v1/events?filter=type%20LIKE%205");
        answer.IsProblem(System.Net.HttpStatusCode.BadRequest, "invalid-filter", "offset 10");
        Assert.Equal((10, "'PATTERN' of at most 256 characters, with % and _"), (answer.Json.GetProperty("position").GetInt32(), answer.Json.GetProperty("expected").GetString()));
    }

    [Fact]
    public async Task Guests_own_event_says_that_the_guest_claims_it()
    {
        using var reader = await fleet.OpenAsync("v1/events?type=GUEST_STARTUP&from=beginning");

        // That the reader has caught up may be said before it.
        var happened = JsonElement.Parse((await reader.ReadLineAsync())!);
        if (!happened.TryGetProperty("data", out _))
            happened = JsonElement.Parse((await reader.ReadLineAsync())!);
        Assert.Equal(("guest", "io.orchestrator.guest.GUEST_STARTUP"), (happened.GetProperty("provenance").GetString(), happened.GetProperty("type").GetString()));
        Assert.Equal("""{"os-type":"linux","os-version":"Debian GNU/Linux 12 (bookworm)","agent-version":"7.2.22"}""", happened.GetProperty("data").GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task Slow_reader_misses_nothing_and_one_that_never_reads_delays_nobody()
    {
        const int count = 3000;
        using var never = await fleet.OpenAsync("v1/events?type=MEM_UNPLUG_ERROR");
        using var reader = await fleet.OpenAsync("v1/events?type=MEM_UNPLUG_ERROR");
        // More than the socket's buffers hold, before the first is read.
        for (var number = 0; number < count; number++)
            await fleet.Web1.HappenAsync("MEM_UNPLUG_ERROR", $$"""{"device": "{{number}}", "msg": "{{new string('x', 300)}}"}""");

        for (var number = 0; number < count; number++)
        {
            var data = JsonElement.Parse((await reader.ReadLineAsync())!).GetProperty("data").GetProperty("data");
            Assert.Equal(number.ToString(CultureInfo.InvariantCulture), data.GetProperty("device").GetString());
        }
    }

    private static string Text(string line, string member) => JsonElement.Parse(line).GetProperty(member).GetString()!;

    private static EventPosition? PlaceOf(string cursor) => EventCursor.TryParse(cursor, out var parsed) ? parsed["node1"] : null;

    private static string Name(string line) => Text(line, "type").Split('.')[^1];

    /// <summary>The next line that is not about the stream itself.</summary>
    private static async Task<string> EventAsync(StreamReader reader)
    {
        while (true)
        {
            var line = (await reader.ReadLineAsync().WaitAsync(Patience, TimeProvider.System))!;
            if (!Text(line, "type").StartsWith("io.orchestrator.stream.", StringComparison.Ordinal))
                return line;
        }
    }

    private static async Task<(string Id, string Data)> ServerSentEventAsync(StreamReader reader, string name = "event")
    {
        Assert.Equal($"event: {name}", await reader.ReadLineAsync());
        var (id, data) = ((await reader.ReadLineAsync())!, (await reader.ReadLineAsync())!);
        Assert.Equal("", await reader.ReadLineAsync());
        return (id["id: ".Length..], data["data: ".Length..]);
    }

    /// <summary>Cursor of an event of this test's own making: all before it have been told.</summary>
    private async Task<string> CursorAsync()
    {
        var mark = Guid.NewGuid().ToString();
        using var reader = await fleet.OpenAsync($"v1/events?filter=data.path%20%3D%20'{mark}'");
        await fleet.Web1.HappenAsync("DEVICE_DELETED", $$"""{"path": "{{mark}}"}""");
        return Text((await reader.ReadLineAsync().WaitAsync(Patience, TimeProvider.System))!, "cursor");
    }
}
