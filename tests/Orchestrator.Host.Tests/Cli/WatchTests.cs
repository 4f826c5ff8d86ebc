using System.Text.Json;

namespace Orchestrator.Host.Tests.Cli;

public sealed class WatchTests : IAsyncLifetime
{
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
}
