using System.Text.Json;
using Orchestrator.Host.Tests.Cli;

namespace Orchestrator.Host.Tests.Api;

/// <summary>The command line against the real API: what either side's own tests only assume of the other.</summary>
[Collection(nameof(ServedFleet))]
public sealed class RealServerTests(ServedFleet fleet) : IDisposable
{
    private readonly CliRun _run = new() { Server = fleet.Node.SocketPath };

    public void Dispose() => fleet.Web1.AgentAnswers.Clear();

    [Fact]
    public async Task Vms_are_listed()
    {
        Assert.Equal(0, await _run.RunAsync("vm", "ls"));
        Assert.Matches("^db1 +node1 +Running +None", _run.OutLines[1]);
        Assert.Matches(@"^web1 +node1 +Running +Ready +Debian GNU/Linux 12 \(bookworm\)$", _run.OutLines[2]);
    }

    [Fact]
    public async Task Vm_is_shown()
    {
        Assert.Equal(0, await _run.RunAsync("vm", "get", "web1"));
        Assert.Contains("guest.agent-version", _run.Out);
    }

    [Fact]
    public async Task Ping_gives_the_exit_code_of_what_was_not_reached()
    {
        Assert.Equal(5, await _run.RunAsync("ping", "--all"));
        Assert.Contains("Partial: 2 ok, 1 undelivered (1 AgentAbsent) of 3", _run.Error);
    }

    [Fact]
    public async Task Arguments_are_converted_by_the_servers_schema()
    {
        fleet.Web1.AgentAnswers["guest-file-open"] = _ => Task.FromResult("1000");

        Assert.Equal(0, await _run.RunAsync("ga", "guest-file-open", "-t", "web1", "path=7", "mode=r"));
        var sent = fleet.Web1.AgentCommands.Last(command => command.Name == "guest-file-open");
        Assert.Equal("""{"path":"7","mode":"r"}""", sent.Arguments.GetRawText().Replace(" ", ""));
        Assert.EndsWith("1000", _run.OutLines[1]);
    }

    [Theory]
    [InlineData("ga guest-file-open -t web1 paht=x", "has no argument 'paht'")]
    [InlineData("ga guest-file-open -t web1 --args {}", "invalid-arguments")]
    [InlineData("ga guest-nothing -t web1", "unknown-command")]
    [InlineData("ping -t web[", "invalid-selector")]
    public async Task Mistake_that_the_server_finds_is_a_usage_error(string line, string expected)
    {
        Assert.Equal(2, await _run.RunAsync(line.Split(' ')));
        Assert.Contains(expected, _run.Error);
    }

    [Fact]
    public async Task Selector_without_a_match_has_its_own_exit_code() => Assert.Equal(3, await _run.RunAsync("ping", "-t", "nobody"));

    [Fact]
    public async Task Program_is_run_and_its_exit_code_passed_on()
    {
        fleet.Web1.AgentAnswers["guest-exec"] = _ => Task.FromResult("""{"pid": 118}""");
        fleet.Web1.AgentAnswers["guest-exec-status"] = _ => Task.FromResult("""{"exited": true, "exitcode": 7, "out-data": "aGVsbG8K"}""");

        Assert.Equal(7, await _run.RunAsync("run", "-t", "web1", "-S", "--", "hello"));
        Assert.EndsWith("hello\n", _run.Out);
    }

    [Fact]
    public async Task Job_is_started_listed_watched_and_shown()
    {
        Assert.Equal(0, await _run.RunAsync("qmp", "query-name", "-t", "web*", "--async"));
        var id = _run.Out.Trim();
        var (listed, watched, shown) = (new CliRun { Server = fleet.Node.SocketPath }, new CliRun { Server = fleet.Node.SocketPath }, new CliRun { Server = fleet.Node.SocketPath });

        Assert.Equal(0, await watched.RunAsync("job", "watch", id));
        Assert.Equal(0, await listed.RunAsync("job", "ls"));
        Assert.Equal(0, await shown.RunAsync("job", "get", id, "-o", "json"));
        Assert.StartsWith(id, listed.OutLines[1]);
        Assert.Contains("2 ok of 2", watched.Error);
        Assert.Equal(2, JsonElement.Parse(shown.Out).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task Events_are_watched_from_the_beginning()
    {
        var watching = _run.RunAsync("event", "watch", "--type", "GUEST_STARTUP", "--from-beginning");
        await _run.OutWriter.Seen("agent-version");
        _run.Interrupts.Raise();

        Assert.Equal(130, await watching);
        Assert.Contains("guest.GUEST_STARTUP", _run.Out);
    }

    [Fact]
    public async Task Versions_agree()
    {
        Assert.Equal(0, await _run.RunAsync("version"));
        Assert.Equal(_run.OutLines[0]["client ".Length..], _run.OutLines[1]["server ".Length..].Split(' ')[0]);
    }
}
