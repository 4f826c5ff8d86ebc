using System.Text.Json;
using Orchestrator.Host.Cli.Migrations;

namespace Orchestrator.Host.Tests.Cli;

public sealed class MigrateCommandTests : IAsyncLifetime
{
    private const string Moved =
        """{"vm":"u-1","name":"web01","host":"h1","phase":"Succeeded","effect":"Applied","elapsedMs":700,"result":{"to":"h2","destination":"web01 on h2","downtimeMs":12,"elapsedMs":632,"transferredBytes":88319409,"drained":true}}""";

    private FakeServer _server = null!;

    public async Task InitializeAsync() => _server = (await FakeServer.StartAsync()).WithJob("Succeeded", Moved);

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("", """{"to":"h2"}""")]
    [InlineData("--max-bandwidth 100M --downtime 50ms", """{"to":"h2","maxBandwidth":100000000,"downtimeMs":50}""")]
    [InlineData("--auto-converge --post-copy --multifd 4", """{"to":"h2","autoConverge":true,"postCopy":true,"multifd":4}""")]
    [InlineData("--uri unix:/run/{name} --drain 2s --allow-cut --keep-source", """{"to":"h2","uri":"unix:/run/{name}","drainMs":2000,"allowCut":true,"keepSource":true}""")]
    public async Task Options_become_the_request(string options, string expected)
    {
        var run = CliRun.Against(_server);

        Assert.True(await run.RunAsync(["migrate", "-t", "web*", "--to", "h2", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]) == 0, run.Error);

        var body = JsonElement.Parse(_server.Single("POST", "/v1/jobs").Body);
        Assert.Equal(("web*", expected), (body.GetProperty("target").GetString(), body.GetProperty("migrate").GetRawText()));
    }

    [Fact]
    public async Task Table_shows_where_the_VM_went_and_how_long_it_stood_still()
    {
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("migrate", "-t", "web01", "--to", "h2"));

        Assert.Equal(
            ["NAME   FROM  PHASE      DESTINATION  DOWNTIME  TOOK    SENT     REASON  MESSAGE", "web01  h1    Succeeded  web01 on h2  12 ms     632 ms  88.3 MB"],
            run.OutLines.Select(line => line.TrimEnd()));
    }

    [Fact]
    public async Task Evacuation_is_a_job_over_all_guests_of_the_VmHost()
    {
        Assert.Equal(0, await CliRun.Against(_server).RunAsync("evacuate", "h 1", "--to", "h2", "-f", "4", "--on-frozen", "force"));

        var body = JsonElement.Parse(_server.Single("POST", "/v1/jobs").Body);
        Assert.Equal("h:'h 1' and not s:Migrating and not s:Stopped", body.GetProperty("target").GetString());
        Assert.Equal(("4", "force"), (body.GetProperty("maxConcurrency").GetString(), body.GetProperty("conditions").GetProperty("frozen").GetString()));
        Assert.True(Actors.FanOut.Selectors.TargetSelector.TryParse(body.GetProperty("target").GetString()!, out _, out _));
    }

    [Theory]
    [InlineData("migrate -t x", "--to")]
    [InlineData("migrate --to h2", "which VMs?")]
    [InlineData("evacuate --to h2", "vmhost")]
    [InlineData("migrate -t x --to h2 --max-bandwidth fast", "'fast' is no number of bytes per second")]
    public async Task What_is_missing_or_wrong_is_a_usage_error(string line, string expected)
    {
        var run = CliRun.Against(_server);

        Assert.Equal(2, await run.RunAsync(line.Split(' ')));
        Assert.Contains(expected, run.Error, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(_server.Requests);
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData("100M", 100_000_000)]
    [InlineData("1Gi", 1_073_741_824)]
    [InlineData("3k", 3_000)]
    [InlineData("0", 0)]
    [InlineData("-1", 0)]
    [InlineData("1.5G", 0)]
    [InlineData("1T", 0)]
    [InlineData("M", 0)]
    [InlineData("9999999999999G", 0)]
    public void Bytes_are_whole_numbers_with_a_unit(string text, long bytes)
    {
        Assert.Equal(bytes > 0, MigrationOptions.TryParseBytes(text, out var read));
        Assert.Equal(bytes, read);
    }

    [Fact]
    public void Progress_of_many_is_one_bar_and_their_stages()
    {
        var items = JsonElement.Parse("""
            [{"phase":"Ended","percent":100,"totalBytes":9,"remainingBytes":0},{"phase":"Queued","percent":0},
             {"phase":"Copying","percent":50,"totalBytes":2000000,"remainingBytes":1000000},{"phase":"Copying","percent":25,"totalBytes":4000000,"remainingBytes":3000000}]
            """).EnumerateArray();

        Assert.Equal((175, 400, "1 of 4, 2 Copying, 2 MB of 6 MB"), MigrationTable.Progress(items));
        Assert.Equal((0, 0, "0 of 0"), MigrationTable.Progress([]));
    }
}
