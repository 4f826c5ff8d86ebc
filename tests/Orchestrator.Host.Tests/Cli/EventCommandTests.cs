using System.Text.Json;

namespace Orchestrator.Host.Tests.Cli;

public sealed class EventCommandTests : IAsyncLifetime
{
    private const string Stop = """{"specversion":"1.0","id":"1:17","type":"io.orchestrator.qmp.STOP","subject":"web01","time":"2026-01-01T02:00:00.1234567+02:00","sequence":"17","cursor":"C17","data":{"event":"STOP","data":{"x":1}}}""";
    private const string Gap = """{"type":"io.orchestrator.stream.gap","cursor":"C9","data":{"from":3,"to":9,"cause":"expired","reason":"slow reader","resyncFrom":"C9"}}""";
    private const string Cut = """{"type":"io.orchestrator.stream.gap","cursor":"C9","data":{"cause":"cut","reason":"killed","resyncFrom":"C9"}}""";
    private const string CaughtUp = """{"type":"io.orchestrator.stream.caughtup","cursor":"C18"}""";
    private const string Snapshot = """{"type":"io.orchestrator.vm.snapshot","subject":"web01","time":"2026-01-01T00:00:00Z","data":{"name":"web01","state":"Running","agent":"Ready"}}""";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private FakeServer _server = null!;

    public async Task InitializeAsync() => _server = await FakeServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("--type io.* --type STOP -t web01 --cursor C16", "?type=io.%2A&type=STOP&target=web01&cursor=C16")]
    [InlineData("--filter data.x=1 --since 10m", "?filter=data.x%3D1&since=10m")]
    [InlineData("--from-beginning", "?from=beginning")]
    [InlineData("--initial", "?initial=true")]
    [InlineData("", "")]
    public async Task Events_are_asked_for_as_the_options_say(string options, string query)
    {
        _server.OnStream("GET", "/v1/events", Stop);

        await RunAsync(CliRun.Against(_server), $"event watch --reconnect 0 {options}");

        Assert.Equal($"/v1/events{query}", Assert.Single(_server.Requests).PathAndQuery);
    }

    [Theory]
    [InlineData("event watch --cursor C --since 1h", "one place")]
    [InlineData("event watch --from-beginning --since 1h", "one place")]
    [InlineData("event watch --initial --cursor C", "--initial")]
    [InlineData("event watch --reconnect soon", "30s or 5m")]
    [InlineData("event ls --limit 0", "from 1 to 100000")]
    public async Task What_contradicts_itself_is_a_usage_error(string line, string expected)
    {
        var run = CliRun.Against(_server);
        Assert.Equal(2, await RunAsync(run, line));
        Assert.Contains(expected, run.Error);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task Events_gaps_and_snapshots_are_lines()
    {
        _server.OnStream("GET", "/v1/events", Snapshot, CaughtUp, Stop, Gap, Cut);
        var run = CliRun.Against(_server);

        Assert.Equal(1, await RunAsync(run, "event watch --reconnect 0"));
        Assert.Equal(4, run.OutLines.Length);
        Assert.Matches("""^2026-01-01T00:00:00\.000Z +web01 +vm\.snapshot +Running, agent Ready$""", run.OutLines[0]);
        Assert.Matches("""^2026-01-01T00:00:00\.123Z +web01 +qmp\.STOP +\{"x":1\}$""", run.OutLines[1]);
        Assert.Matches("^ +missed +3 to 9: slow reader$", run.OutLines[2]);
        Assert.Matches("^ +missed +killed$", run.OutLines[3]);
        Assert.Contains("the server ended the stream", run.Error);
    }

    [Theory]
    [InlineData("", "to go on from here: --cursor C9\n")]
    [InlineData(" -q", "")]
    public async Task Events_as_ndjson_are_the_servers_lines_and_the_cursor_is_told_at_the_interrupt(string quiet, string expected)
    {
        _server.OnHeldStream("GET", "/v1/events", Stop, Gap);
        var run = CliRun.Against(_server);

        var running = RunAsync(run, $"event watch -o ndjson{quiet}");
        await run.OutWriter.Seen("slow reader").WaitAsync(Patience, TimeProvider.System);
        run.Interrupts.Raise();

        Assert.Equal(130, await running);
        Assert.Equal([Stop, Gap], run.OutLines);
        Assert.Equal("application/x-ndjson", Assert.Single(_server.Requests).Accept);
        Assert.Equal(expected, run.Error);
    }

    [Fact]
    public async Task Watch_goes_on_behind_the_last_event_when_the_server_is_back()
    {
        _server.OnStream("GET", "/v1/events", Stop);
        var time = new TickingTime();
        var run = new CliRun { Server = _server.SocketPath, Time = time };

        var running = RunAsync(run, "event watch --type STOP -o ndjson");
        await run.OutWriter.Seen("C17").WaitAsync(Patience, TimeProvider.System);
        _server.OnHeldStream("GET", "/v1/events", Gap);
        await run.OutWriter.Seen("slow reader").WaitAsync(Patience, TimeProvider.System);
        run.Interrupts.Raise();

        Assert.Equal(130, await running);
        Assert.Equal("/v1/events?type=STOP", _server.Requests.First().PathAndQuery);
        Assert.Equal("/v1/events?type=STOP&cursor=C17", _server.Requests.Last().PathAndQuery);
    }

    [Fact]
    public async Task Server_that_does_not_come_back_ends_the_watch()
    {
        _server.OnStream("GET", "/v1/events", Stop);
        var run = new CliRun { Server = _server.SocketPath, Time = new TickingTime() };

        var running = RunAsync(run, "event watch --reconnect 3s");
        await run.OutWriter.Seen("STOP").WaitAsync(Patience, TimeProvider.System);
        _server.OnProblem("GET", "/v1/events", 503, "no-answer", "overloaded");

        Assert.Equal(1, await running.WaitAsync(Patience, TimeProvider.System));
        Assert.Contains("overloaded (no-answer)", run.Error);
        Assert.Contains("--cursor C17", run.Error);
    }

    [Theory]
    [InlineData(400, "invalid-filter", 2)]
    [InlineData(429, "too-many-streams", 1)]
    [InlineData(503, "no-answer", 1)]
    public async Task Refusal_at_the_beginning_is_not_tried_again(int status, string code, int exitCode)
    {
        _server.OnProblem("GET", "/v1/events", status, code, "no");
        var run = CliRun.Against(_server);

        Assert.Equal(exitCode, await RunAsync(run, "event watch"));
        Assert.Single(_server.Requests);
        Assert.DoesNotContain("--cursor", run.Error);
    }

    [Fact]
    public async Task Expired_cursor_is_shown_as_a_gap_and_the_rest_is_followed()
    {
        _server.On("GET", "/v1/events", """{"status":410,"code":"cursor-expired","detail":"too old","cause":"expired","resyncFrom":"C5"}""", 410, "application/problem+json");
        var run = CliRun.Against(_server);

        Assert.Equal(1, await RunAsync(run, "event watch --cursor C1 -o ndjson"));

        // The cursor that the server gave is refused, too: that is told, not tried for ever.
        Assert.Equal(["/v1/events?cursor=C1", "/v1/events?cursor=C5"], _server.Requests.Select(request => request.PathAndQuery));
        var gap = JsonElement.Parse(Assert.Single(run.OutLines));
        Assert.Equal(("io.orchestrator.stream.gap", "expired", "C5"), (gap.GetProperty("type").GetString(), gap.GetProperty("data").GetProperty("cause").GetString(), gap.GetProperty("data").GetProperty("resyncFrom").GetString()));
    }

    [Fact]
    public async Task List_is_the_newest_of_the_last_hour()
    {
        _server.OnStream("GET", "/v1/events", Gap, Stop, Stop.Replace("C17", "C18").Replace("\"17\"", "\"18\""), CaughtUp);
        var (table, json, lines) = (CliRun.Against(_server), CliRun.Against(_server), CliRun.Against(_server));

        Assert.Equal((0, 0, 0), (await RunAsync(table, "event ls -t web01"), await RunAsync(json, "event ls -o json --limit 1"), await RunAsync(lines, "event ls -o ndjson --cursor C2")));

        Assert.Equal(["/v1/events?target=web01&since=1h&follow=false", "/v1/events?since=1h&follow=false", "/v1/events?cursor=C2&follow=false"], _server.Requests.Select(request => request.PathAndQuery));
        Assert.Equal(3, table.OutLines.Length);
        Assert.Contains("missed", table.OutLines[0]);
        Assert.Equal("C18", Assert.Single(JsonElement.Parse(json.Out).GetProperty("items").EnumerateArray()).GetProperty("cursor").GetString());
        Assert.Contains("the newest 1 of 3 events", json.Error);
        Assert.Equal(3, lines.OutLines.Length);
    }

    [Theory]
    [InlineData(Stop, "before its end")]
    [InlineData("""{"type":"io.orchestrator.stream.error","data":{"detail":"the disk is gone"}}""", "the disk is gone")]
    public async Task List_that_breaks_off_is_an_error(string last, string expected)
    {
        _server.OnStream("GET", "/v1/events", last);
        var run = CliRun.Against(_server);
        Assert.Equal(1, await RunAsync(run, "event ls"));
        Assert.Contains(expected, run.Error);
        Assert.Equal("", run.Out);
    }

    [Fact]
    public async Task One_event_is_shown_by_its_id()
    {
        _server.On("GET", "/v1/events/1:17", Stop);
        var run = CliRun.Against(_server);
        Assert.Equal(0, await RunAsync(run, "event get 1:17 -o json"));
        Assert.Equal("C17", JsonElement.Parse(run.Out).GetProperty("cursor").GetString());
    }

    private static Task<int> RunAsync(CliRun run, string line) => run.RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
