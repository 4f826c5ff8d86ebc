using System.Text.Json;
using Microsoft.Extensions.Time.Testing;

namespace Orchestrator.Host.Tests.Cli;

public sealed class FreezeCommandTests : IAsyncLifetime
{
    private const string Id = "01M82CJW409EM7RK8X67REH2ZC";
    private FakeServer _server = null!;

    public async Task InitializeAsync() => _server = await FakeServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Freeze_prints_its_VMs_and_the_groups_id_last()
    {
        _server.On("POST", "/v1/freezes", Group("Frozen", Vm("web1", "Frozen", "\"consistency\":\"Fs\",\"filesystems\":2")), 201);
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("freeze", "-t", "web*", "--ttl", "90s", "--require", "any", "--mount", "/data", "--mount", "/var"));

        var body = JsonElement.Parse(_server.Single("POST", "/v1/freezes").Body);
        Assert.Equal(("web*", "Any", 90000), (body.GetProperty("target").GetString(), body.GetProperty("require").GetString(), body.GetProperty("ttlMs").GetInt32()));
        Assert.Equal(["/data", "/var"], body.GetProperty("mountpoints").EnumerateArray().Select(path => path.GetString()));
        Assert.Contains("@", body.GetProperty("owner").GetString());
        Assert.Equal(Id, run.OutLines[^1]);
        Assert.Contains("web1  Frozen  Fs", run.Out);
    }

    [Theory]
    [InlineData("Failed", "Failed", 4)]
    [InlineData("Failed", "ThawFailed", 6)]
    [InlineData("Failed", "Unknown", 6)]
    [InlineData("Thawing", "Thawing", 6)]
    public async Task What_was_not_frozen_shows_in_the_exit_code(string phase, string stage, int expected)
    {
        _server.On("POST", "/v1/freezes", Group(phase, Vm("web1", stage, "\"reason\":\"AgentAbsent\",\"message\":\"no agent\"")), 201);
        var run = CliRun.Against(_server);

        Assert.Equal(expected, await run.RunAsync("freeze", "-t", "web1"));
        Assert.Contains("AgentAbsent", run.Out);
    }

    [Fact]
    public async Task Hold_sends_heartbeats_until_Ctrl_C_and_then_thaws()
    {
        _server.On("POST", "/v1/freezes", Group("Frozen", Vm("web1", "Frozen", "\"filesystems\":1")), 201)
            .On("POST", $"/v1/freezes/{Id}:extend", Group("Frozen"))
            .On("POST", $"/v1/freezes/{Id}:thaw", Group("Thawed", Vm("web1", "Thawed", "\"frozenMs\":1250,\"cause\":\"Requested\"")));
        var time = new FakeTimeProvider();
        var run = new CliRun { Server = _server.SocketPath, Time = time };
        var running = run.RunAsync("freeze", "-t", "web1", "--hold");
        await run.ErrorWriter.Seen("Ctrl-C thaws");
        await Beats(time, 3);

        run.Interrupts.Raise();

        Assert.Equal(0, await running);
        Assert.Contains("1.25 s", run.Out);
        Assert.Equal("POST", _server.Single("POST", $"/v1/freezes/{Id}:thaw").Method);
    }

    [Fact]
    public async Task Hold_that_is_lost_is_told_after_the_rest_is_thawed()
    {
        _server.On("POST", "/v1/freezes", Group("Frozen", Vm("web1", "Frozen", "\"filesystems\":1")), 201)
            .OnProblem("POST", $"/v1/freezes/{Id}:extend", 409, "lease-lost", "web1 was thawed")
            .On("POST", $"/v1/freezes/{Id}:thaw", Group("Thawed", Vm("web1", "Thawed", "\"cause\":\"Lost\"")));
        var time = new FakeTimeProvider();
        var run = new CliRun { Server = _server.SocketPath, Time = time };
        var running = run.RunAsync("freeze", "-t", "web1", "--hold");
        await run.ErrorWriter.Seen("Ctrl-C thaws");
        await Beats(time, 1);

        Assert.Equal(4, await running);
        Assert.Contains("web1 was thawed (lease-lost)", run.Error);
        Assert.Single(_server.Requests, request => request.PathAndQuery.EndsWith(":thaw", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Thaw_takes_a_group_or_a_selector_and_not_both()
    {
        _server.On("POST", $"/v1/freezes/{Id}:thaw", Group("Thawed", Vm("web1", "Thawed", "\"cause\":\"Requested\"")))
            .On("POST", "/v1/freezes:thaw", """{"items":[{"name":"web1","host":"node1","result":"Thawed"},{"name":"web2","host":"node1","result":"Foreign","message":"somebody else"}]}""");

        Assert.Equal(0, await CliRun.Against(_server).RunAsync("thaw", Id));
        var run = CliRun.Against(_server);
        Assert.Equal(4, await run.RunAsync("thaw", "-t", "web*", "--force-thaw"));
        Assert.Contains("web2  Foreign  somebody else", run.Out);
        Assert.True(JsonElement.Parse(_server.Single("POST", "/v1/freezes:thaw").Body).GetProperty("force").GetBoolean());
        Assert.Equal(2, await CliRun.Against(_server).RunAsync("thaw"));
        Assert.Equal(2, await CliRun.Against(_server).RunAsync("thaw", Id, "-t", "web1"));
    }

    [Fact]
    public async Task Thaw_that_goes_on_is_unknown()
    {
        _server.On("POST", "/v1/freezes:thaw", """{"items":[{"name":"web1","host":"node1","result":"Pending","message":"silent"},{"name":"web2","host":"node1","result":"Failed"}]}""");

        Assert.Equal(6, await CliRun.Against(_server).RunAsync("thaw", "--all"));
    }

    [Fact]
    public async Task Snapshot_shows_each_disk_and_counts_outcomes()
    {
        _server.On("POST", "/v1/snapshots", """
            {"freeze":"01X","skewMs":0.4,"items":[{"vm":"u-1","name":"web1","host":"node1","phase":"Succeeded","consistency":"Fs","frozenMs":12.5,"files":[{"disk":"virtio0","base":"/a","overlay":"/a.n"},{"disk":"virtio1","base":"/b","overlay":"/b.n"}]},
            {"name":"web2","host":"node1","phase":"Undelivered","reason":"HostUnreachable","files":[],"message":"gone"}]}
            """);
        var run = CliRun.Against(_server);

        Assert.Equal(5, await run.RunAsync("snapshot", "-t", "web*", "--name", "n", "--dir", "/backup", "--thaw-together"));

        var body = JsonElement.Parse(_server.Single("POST", "/v1/snapshots").Body);
        Assert.Equal(("n", "/backup", "Fs", true), (body.GetProperty("name").GetString(), body.GetProperty("dir").GetString(), body.GetProperty("require").GetString(), body.GetProperty("thawTogether").GetBoolean()));
        Assert.Equal(4, run.OutLines.Length);
        Assert.Contains("virtio1  /b.n", run.OutLines[2]);
        Assert.Contains("HostUnreachable: gone", run.OutLines[3]);
    }

    [Theory]
    [InlineData("freeze")]
    [InlineData("freeze -t web1 --require none")]
    [InlineData("freeze -t web1 --ttl soon")]
    [InlineData("snapshot -t web1")]
    [InlineData("snapshot --name n")]
    [InlineData("snapshot -t web1 --name n --mode internal")]
    public async Task Wrong_command_lines_are_usage_errors(string line) => Assert.Equal(2, await CliRun.Against(_server).RunAsync(line.Split(' ')));

    private async Task Beats(FakeTimeProvider time, int count)
    {
        await TestKit.Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(20));
                return _server.Requests.Count(request => request.PathAndQuery.EndsWith(":extend", StringComparison.Ordinal)) >= count;
            },
            TimeSpan.FromSeconds(30),
            $"{count} heartbeats");
    }

    private static string Group(string phase, params string[] vms) =>
        $$"""{"id":"{{Id}}","owner":"me","require":"Fs","ttlMs":60000,"phase":"{{phase}}","createdAt":"2026-01-01T00:00:00+00:00","vms":[{{string.Join(",", vms)}}]}""";

    private static string Vm(string name, string stage, string more) => $$$"""{"name":"{{{name}}}","host":"node1","lease":"L","stage":"{{{stage}}}",{{{more}}}}""";
}
