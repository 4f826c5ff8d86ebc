using System.Text.Json;

namespace Orchestrator.Host.Tests.Cli;

public sealed class WatchTests : IAsyncLifetime
{
    private const string Stop = """{"specversion":"1.0","id":"node1/17","type":"io.orchestrator.qmp.STOP","subject":"web01","time":"2026-01-01T02:00:00.1234567+02:00","sequence":"17","data":{"event":"STOP","data":{"x":1}}}""";
    private const string Gap = """{"type":"io.orchestrator.stream.gap","data":{"from":3,"to":9,"reason":"slow reader"}}""";
    private FakeServer _server = null!;

    public async Task InitializeAsync() => _server = await FakeServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Vm_changes_are_shown_until_the_interrupt()
    {
        _server.OnHeldStream("GET", "/v1/vms:watch", $$"""{"vm":{{Samples.Vm("web01")}}}""", """{"gone":{"name":"db1","host":"node2"}}""");
        var run = CliRun.Against(_server);

        var running = run.RunAsync("vm", "watch", "-t", "web*");
        await run.OutWriter.Seen("gone\n");
        run.Interrupts.Raise();

        Assert.Equal(130, await running);
        Assert.StartsWith("NAME", run.OutLines[0]);
        Assert.Matches("^web01 +node1 +Running +Ready +Debian 12 +ok$", run.OutLines[1]);
        Assert.Matches("^db1 +node2 +gone$", run.OutLines[2]);
        Assert.Equal("/v1/vms:watch?target=web%2A", Assert.Single(_server.Requests).PathAndQuery);
    }

    [Fact]
    public async Task Vm_changes_as_ndjson_are_the_servers_lines()
    {
        _server.OnStream("GET", "/v1/vms:watch", $$"""{"vm":{{Samples.Vm("web01")}}}""", "", """{"gone":{"name":"db1","host":"node2"}}""");
        var run = CliRun.Against(_server);

        Assert.Equal(1, await run.RunAsync("vm", "watch", "-o", "ndjson"));
        Assert.Equal("web01", JsonElement.Parse(run.OutLines[0]).GetProperty("vm").GetProperty("name").GetString());
        Assert.Equal(2, run.OutLines.Length);
        Assert.Contains("ended the watch", run.Error);
    }

    [Fact]
    public async Task Events_are_asked_for_by_type_target_and_sequence()
    {
        _server.OnStream("GET", "/v1/events", Stop);
        var run = CliRun.Against(_server);

        await run.RunAsync("event", "watch", "--type", "io.*", "-t", "web01", "--after", "16");
        Assert.Equal("/v1/events?type=io.%2A&target=web01&after=16", Assert.Single(_server.Requests).PathAndQuery);
    }

    [Fact]
    public async Task Events_and_gaps_are_lines()
    {
        _server.OnStream("GET", "/v1/events", Stop, Gap);
        var run = CliRun.Against(_server);

        Assert.Equal(1, await run.RunAsync("event", "watch"));
        Assert.Matches("""^2026-01-01T00:00:00\.123Z +web01 +qmp\.STOP +\{"x":1\}$""", run.OutLines[0]);
        Assert.Matches("^ +missed +3 to 9: slow reader$", run.OutLines[1]);
    }

    [Fact]
    public async Task Events_as_ndjson_are_the_servers_lines()
    {
        _server.OnHeldStream("GET", "/v1/events", Stop, Gap);
        var run = CliRun.Against(_server);

        var running = run.RunAsync("event", "watch", "-o", "ndjson");
        await run.OutWriter.Seen("slow reader");
        run.Interrupts.Raise();

        Assert.Equal(130, await running);
        Assert.Equal([Stop, Gap], run.OutLines);
        Assert.Equal("application/x-ndjson", Assert.Single(_server.Requests).Accept);
    }
}
