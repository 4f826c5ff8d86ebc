using System.Text.Json;

namespace Orchestrator.Host.Tests.Cli;

/// <summary>A job is looked at before it is done, and done only on what was looked at.</summary>
public sealed class PlanTests : IAsyncLifetime
{
    private const string Plan = """
        {"targetHash":"h4sh","command":"guest-ping","class":"ReadOnly","targets":2,"waves":[1,1],"items":[{"vm":"u-1","name":"web01","host":"node1","wave":1},{"vm":"u-2","name":"web02","host":"node1","wave":2,"phase":"Blocked","reason":"VmPaused"}]}
        """;

    private readonly string _file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
    private FakeServer _server = null!;

    public async Task InitializeAsync() => _server = (await FakeServer.StartAsync()).WithJob("Succeeded", Samples.Succeeded("web01")).On("POST", "/v1/jobs:plan", Plan);

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        File.Delete(_file);
    }

    [Fact]
    public async Task Dry_run_shows_waves_and_what_is_in_the_way_and_sends_nothing()
    {
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("ping", "--all", "--canary", "1", "--dry-run"));

        Assert.Equal(["NAME   HOST   WAVE  NOW      REASON", "web01  node1  1     is sent", "web02  node1  2     Blocked  VmPaused"], run.OutLines.Select(line => line.TrimEnd()));
        Assert.Equal("plan: guest-ping (ReadOnly) on 2 VMs; nothing was sent\n", run.Error);
        Assert.Contains("\"canary\":[\"1\"]", _server.Single("POST", "/v1/jobs:plan").Body);
        Assert.DoesNotContain(_server.Requests, request => request.PathAndQuery == "/v1/jobs");
    }

    [Fact]
    public async Task Plan_that_is_applied_binds_the_job_to_its_targets()
    {
        Assert.Equal(0, await CliRun.Against(_server).RunAsync("ping", "--all", "--plan", _file, "-q"));
        Assert.Equal(0, await CliRun.Against(_server).RunAsync("ping", "--all", "--apply", _file));

        var body = JsonElement.Parse(_server.Single("POST", "/v1/jobs").Body);
        Assert.Equal("h4sh", body.GetProperty("targetHash").GetString());
        Assert.Equal(["node1/web01", "node1/web02"], body.GetProperty("targetNames").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(("*", "guest-ping"), (body.GetProperty("target").GetString(), body.GetProperty("command").GetString()));
    }

    [Theory]
    [InlineData("-t web*")]
    [InlineData("--all --timeout 9s")]
    public async Task Plan_of_another_command_is_refused(string targets)
    {
        await CliRun.Against(_server).RunAsync("ping", "--all", "--plan", _file);
        var run = CliRun.Against(_server);

        Assert.Equal(2, await run.RunAsync(["ping", .. targets.Split(' '), "--apply", _file]));
        Assert.Contains("is the plan of another command", run.Error);
        Assert.DoesNotContain(_server.Requests, request => request.PathAndQuery == "/v1/jobs");
    }

    [Theory]
    [InlineData("")]
    [InlineData("[1]")]
    [InlineData("{}")]
    [InlineData("{\"request\":{},\"targetHash\":\"x\"}")]
    public async Task File_that_is_no_plan_is_told(string text)
    {
        await File.WriteAllTextAsync(_file, text);
        var run = CliRun.Against(_server);

        Assert.Equal(2, await run.RunAsync("ping", "--all", "--apply", _file));
        Assert.Contains($"'{_file}' is no plan: --plan FILE writes one", run.Error);
    }

    [Fact]
    public async Task Files_that_cannot_be_read_or_written_are_told()
    {
        var (read, write) = (CliRun.Against(_server), CliRun.Against(_server));

        Assert.Equal(2, await read.RunAsync("ping", "--all", "--apply", "/no/such/file"));
        Assert.Equal(2, await write.RunAsync("ping", "--all", "--plan", "/no/such/file"));
        Assert.Contains("--apply: cannot read '/no/such/file'", read.Error);
        Assert.Contains("--plan: cannot write '/no/such/file'", write.Error);
    }

    [Theory]
    [InlineData("ga guest-shutdown")]
    [InlineData("qmp system_reset")]
    [InlineData("qmp stop")]
    public async Task Destructive_command_on_several_VMs_is_not_sent_by_a_script_without_yes(string command)
    {
        _server.On("GET", "/v1/schemas/guest-shutdown", """{"name":"guest-shutdown","arguments":[]}""");
        var run = CliRun.Against(_server);

        Assert.Equal(2, await run.RunAsync([.. command.Split(' '), "--all"]));
        Assert.Contains($"{command.Split(' ')[1]} on 2 VMs wants a confirmation: give --yes. Nothing was sent", run.Error);
        Assert.DoesNotContain(_server.Requests, request => request.PathAndQuery == "/v1/jobs");

        Assert.Equal(0, await CliRun.Against(_server).RunAsync([.. command.Split(' '), "--all", "--yes"]));
    }

    [Theory]
    [InlineData("2\n", 0)]
    [InlineData("3\n", 2)]
    [InlineData("yes\n", 2)]
    [InlineData("", 2)]
    public async Task On_a_terminal_the_number_of_VMs_is_typed(string typed, int expected)
    {
        var run = new CliRun { Server = _server.SocketPath, Input = typed, InputIsTerminal = true, ErrorIsTerminal = true };

        Assert.Equal(expected, await run.RunAsync("qmp", "stop", "--all"));

        Assert.Contains("stop on 2 VMs. Type their number to send it:", run.Error);
        Assert.Equal(expected == 0, _server.Requests.Any(request => request.PathAndQuery == "/v1/jobs"));
    }

    [Theory]
    [InlineData("qmp query-status", false)]
    [InlineData("ping", false)]
    [InlineData("qmp stop", true)]
    public async Task What_is_harmless_or_for_one_VM_is_not_asked_about(string command, bool isPlanned)
    {
        _server.On("POST", "/v1/jobs:plan", """{"targetHash":"h","command":"stop","class":"NonIdempotent","targets":1,"waves":[1],"items":[]}""");

        Assert.Equal(0, await CliRun.Against(_server).RunAsync([.. command.Split(' '), "-t", "web01"]));

        Assert.Equal(isPlanned, _server.Requests.Any(request => request.PathAndQuery == "/v1/jobs:plan"));
    }
}
