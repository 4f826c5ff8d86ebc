using System.Text.Json;
using Orchestrator.Host.Tests.Cli;

namespace Orchestrator.Host.Tests.Api;

/// <summary>Results, explanations and checks of the command line against the real API.</summary>
[Collection(nameof(ServedFleet))]
public sealed class RealServerResultsTests(ServedFleet fleet) : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orchestrator-real-");

    public void Dispose()
    {
        fleet.Web1.AgentAnswers.Clear();
        fleet.Web2.AgentAnswers.Clear();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Equal_replies_are_folded_and_the_clock_does_not_keep_them_apart()
    {
        fleet.Web1.AgentAnswers["guest-get-time"] = _ => Task.FromResult("1700000000000000000");
        fleet.Web2.AgentAnswers["guest-get-time"] = _ => Task.FromResult("1700000000000000017");

        var run = await RunAsync(5, "ga", "guest-get-time", "--all", "-b");
        Assert.Contains("web[1-2] (2)\n---------------\n(not compared: the value)\n", run.Out);
    }

    [Fact]
    public async Task Values_are_counted_by_the_command_that_asked_and_by_its_job()
    {
        var asked = await RunAsync(5, "ga", "guest-get-osinfo", "--all", "--agg", "pretty-name");
        var later = await RunAsync(5, "job", "results", JobOf(asked), "--agg", "pretty-name");

        Assert.Equal(["COUNT  VMS       VALUE", "1      db1       Undelivered AgentAbsent", "2      web[1-2]  Debian GNU/Linux 12 (bookworm)"], asked.OutLines);
        Assert.Equal(asked.Out, later.Out);
    }

    [Fact]
    public async Task Difference_of_two_vms_is_shown()
    {
        fleet.Web2.AgentAnswers["guest-get-users"] = _ => Task.FromResult("""[{"user": "two", "login-time": 1.5}]""");
        fleet.Web1.AgentAnswers["guest-get-users"] = _ => Task.FromResult("""[{"user": "one", "login-time": 1.5}]""");

        var run = await RunAsync(0, "ga", "--diff=web1", "guest-get-users", "-t", "web*");
        Assert.Contains("--- web1\n+++ web2\n@@ -1,5 +1,5 @@\n [\n   {\n-    \"user\": \"one\"\n+    \"user\": \"two\"\n   }\n ]\nweb1: no difference\n(not compared: [].login-time)\n", run.Out);
    }

    [Fact]
    public async Task Job_is_compared_with_the_one_before_it()
    {
        fleet.Web1.AgentAnswers["guest-get-users"] = _ => Task.FromResult("""[{"user": "before", "login-time": 1.5}]""");
        fleet.Web2.AgentAnswers["guest-get-users"] = _ => Task.FromResult("""[{"user": "same", "login-time": 1.5}]""");
        var before = await RunAsync(0, "ga", "guest-get-users", "-t", "web1,web2");
        fleet.Web1.AgentAnswers["guest-get-users"] = _ => Task.FromResult("""[{"user": "after", "login-time": 1.5}]""");
        var after = await RunAsync(0, "ga", "guest-get-users", "-t", "web1,web2");

        var difference = await RunAsync(4, "job", "diff", JobOf(after));
        Assert.StartsWith("web1: Succeeded, another result\n", difference.Out);
        Assert.EndsWith("1 VM as before\n", difference.Out);
        Assert.Contains($"against {JobOf(before)}", difference.Error);
        await RunAsync(0, "job", "diff", JobOf(after), JobOf(after));
    }

    [Fact]
    public async Task Results_go_to_files()
    {
        await RunAsync(5, "ga", "guest-get-time", "--all", "--outdir", _directory.FullName);

        Assert.Equal(["hosts.failed", "hosts.succeeded", "hosts.undelivered", "hosts.unknown", "web1", "web2"], _directory.EnumerateFiles().Select(file => file.Name).Order(StringComparer.Ordinal));
        var again = await RunAsync(0, "ping", "-t", $"^{Path.Combine(_directory.FullName, "hosts.succeeded")}");
        Assert.Contains("2 ok of 2", again.Error);
    }

    [Fact]
    public async Task Job_is_waited_for()
    {
        var started = await RunAsync(0, "ping", "--all", "--async");
        var waited = await RunAsync(5, "job", "wait", started.Out.Trim());

        Assert.Equal("", waited.Out);
        Assert.Contains("2 ok, 1 undelivered (1 AgentAbsent) of 3", waited.Error);
    }

    [Theory]
    [InlineData("l:role=web -e", "web1\nweb2\n")]
    [InlineData("* -x web2", "db1,web1\n")]
    [InlineData("s:agent=Ready -c", "2\n")]
    public async Task Set_is_resolved_by_the_server(string arguments, string expected) => Assert.Equal(expected, (await RunAsync(0, ["set", .. arguments.Split(' ')])).Out);

    [Fact]
    public async Task Why_explains_a_vm_and_an_outcome()
    {
        var (well, without) = (await RunAsync(0, "why", "web1"), await RunAsync(0, "why", "db1"));
        var job = JobOf(await RunAsync(5, "ping", "--all"));
        var outcome = await RunAsync(0, "why", job, "db1");

        Assert.StartsWith("web1 takes guest and QMP commands now: state Running since ", well.Out);
        Assert.StartsWith("db1 takes QMP commands and no guest commands now (AgentAbsent): state Running since ", without.Out);
        Assert.StartsWith($"db1 of job {job} ended as Undelivered AgentAbsent after ", outcome.Out);
        Assert.Contains("nothing was changed in the guest (effect None)\nInstall and start 'qemu-ga'", outcome.Out);
    }

    [Fact]
    public async Task Doctor_finds_what_these_vms_lack()
    {
        var run = await RunAsync(4, "doctor", "-o", "json");

        var findings = JsonElement.Parse(run.Out).GetProperty("items").EnumerateArray().Select(finding => $"{finding.GetProperty("check").GetString()} {finding.GetProperty("vms").GetString()}");
        // The fake agents do not list the command that every real one has.
        Assert.Equal(["agent-absent db1", "agent-without-command web[1-2]"], findings);
    }

    private static string JobOf(CliRun run) => run.Error.Split(' ')[1];

    private async Task<CliRun> RunAsync(int expected, params string[] arguments)
    {
        var run = new CliRun { Server = fleet.Node.SocketPath };
        var code = await run.RunAsync(arguments);
        Assert.True(code == expected, $"exit code {code}: {run.Error}");
        return run;
    }
}
