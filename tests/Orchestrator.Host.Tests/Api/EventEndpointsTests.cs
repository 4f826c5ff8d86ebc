using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Host.Tests.Api;

[Collection(nameof(ServedFleet))]
public sealed class EventEndpointsTests(ServedFleet fleet)
{
    [Fact]
    public async Task Event_is_a_cloud_event_with_exactly_these_members()
    {
        using var reader = await fleet.OpenAsync("v1/events?type=BALLOON_CHANGE");
        await fleet.Web1.HappenAsync("BALLOON_CHANGE", """{"actual": 1073741824}""");

        var line = (await reader.ReadLineAsync())!;
        var sequence = JsonElement.Parse(line).GetProperty("sequence").GetString();
        Assert.Equal(
            $$$"""{"specversion":"1.0","id":"node1/{{{sequence}}}","source":"/hosts/node1/vms/00000000-0000-4000-8000-000000000001","type":"io.orchestrator.qmp."""
            + $$$"""BALLOON_CHANGE","subject":"web1","time":"2023-11-14T22:13:20.123456+00:00","sequence":"{{{sequence}}}","partitionkey":"00000000-0000-4000-8000-"""
            + """000000000001","provenance":"host","data":"""
            + """{"event":"BALLOON_CHANGE","timestamp":{"seconds":1700000000,"microseconds":123456},"data":{"actual":1073741824}}}""",
            line);
    }

    [Theory]
    [InlineData("type=io.orchestrator.qmp.*")]
    [InlineData("type=RTC_*")]
    [InlineData("target=web2")]
    [InlineData("type=*RTC*&target=web*")]
    public async Task Events_are_chosen_by_type_and_target(string query)
    {
        using var reader = await fleet.OpenAsync($"v1/events?{query}&after={await LastSequenceAsync()}");
        await fleet.Db1.HappenAsync("NIC_RX_FILTER_CHANGED", """{"path": "x"}""");
        await fleet.Web2.HappenAsync("RTC_CHANGE", """{"offset": 1, "qom-path": "x"}""");
        await fleet.Web2.HappenAsync("RTC_CHANGE", """{"offset": 2, "qom-path": "x"}""");

        string line;
        while (!(line = (await reader.ReadLineAsync())!).Contains("\"offset\":1", StringComparison.Ordinal))
            Assert.Equal("type=io.orchestrator.qmp.*", query);
        // Events of one VM keep their order; those of others come in between.
        while (!(line = (await reader.ReadLineAsync())!).Contains("\"offset\":2", StringComparison.Ordinal))
            Assert.Equal("type=io.orchestrator.qmp.*", query);
    }

    [Fact]
    public async Task Server_sent_events_go_on_behind_the_last_one_seen()
    {
        var before = await LastSequenceAsync();
        await fleet.Web1.HappenAsync("RTC_CHANGE", """{"offset": 3, "qom-path": "x"}""");
        await fleet.Web1.HappenAsync("RTC_CHANGE", """{"offset": 4, "qom-path": "x"}""");
        using var first = await fleet.OpenAsync("v1/events?type=RTC_CHANGE", "text/event-stream", before);
        Assert.Equal("event: event", await first.ReadLineAsync());
        var id = (await first.ReadLineAsync())!;
        Assert.StartsWith("id: ", id);
        Assert.Contains("\"offset\":3", await first.ReadLineAsync());

        using var second = await fleet.OpenAsync("v1/events?type=RTC_CHANGE", "text/event-stream", id["id: ".Length..]);
        Assert.Equal("event: event", await second.ReadLineAsync());
        await second.ReadLineAsync();
        Assert.Contains("\"offset\":4", await second.ReadLineAsync());
    }

    [Fact]
    public async Task Guests_own_event_says_that_the_guest_claims_it()
    {
        using var reader = await fleet.OpenAsync("v1/events?type=GUEST_STARTUP&after=0");

        var happened = JsonElement.Parse((await reader.ReadLineAsync())!);
        Assert.Equal(("guest", "io.orchestrator.guest.GUEST_STARTUP"), (happened.GetProperty("provenance").GetString(), happened.GetProperty("type").GetString()));
        Assert.Equal("""{"os-type":"linux","os-version":"Debian GNU/Linux 12 (bookworm)","agent-version":"7.2.22"}""", happened.GetProperty("data").GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task Slow_reader_misses_nothing()
    {
        const int count = 3000;
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

    /// <summary>Sequence of an event of this test's own making: all before it have been told.</summary>
    private async Task<string> LastSequenceAsync()
    {
        var mark = Guid.NewGuid().ToString();
        using var reader = await fleet.OpenAsync("v1/events?type=DEVICE_DELETED");
        await fleet.Web1.HappenAsync("DEVICE_DELETED", $$"""{"path": "{{mark}}"}""");
        var happened = JsonElement.Parse((await reader.ReadLineAsync())!);
        Assert.Equal(mark, happened.GetProperty("data").GetProperty("data").GetProperty("path").GetString());
        return happened.GetProperty("sequence").GetString()!;
    }
}
