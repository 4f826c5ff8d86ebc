using System.Text.Json;

namespace Orchestrator.Host.Tests.Cli.Diagnosis;

/// <summary><c>why</c>.</summary>
public sealed class WhyTests : IAsyncLifetime
{
    private FakeServer _server = null!;

    public async Task InitializeAsync() => _server = await FakeServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Vm_that_takes_no_commands_says_why_and_what_to_do()
    {
        _server.On("GET", "/v1/vms/web1", """{"name":"web1","state":"Paused","runState":"io-error","agent":"Ready","since":"2026-01-01T00:00:00Z"}""");
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("why", "web1"));
        Assert.Equal(
            """
            web1 takes QMP commands and no guest commands now (VmPaused): state Paused since 2026-01-01T00:00:00Z, run state io-error, agent Ready
            Resume it: 'orchestrator qmp -t web1 cont'. For 'io-error', repair the storage first.

            """, run.Out);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task Vm_that_cannot_be_reached_is_asked_who_holds_its_monitor()
    {
        _server.On("GET", "/v1/vms/web1", """{"name":"web1","state":"Unreachable","agent":"Ready","message":"no QMP greeting"}""")
            .On("POST", "/v1/vms/web1/qmp/query-status", Samples.Ended("web1", "Undelivered", "MonitorBusy"));
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("why", "web1"));
        Assert.StartsWith("web1 takes guest commands and no QMP commands now (MonitorBusy): state Unreachable, agent Ready, no QMP greeting\n", run.Out);
        Assert.Contains("second '-qmp' socket", run.Out);
    }

    [Theory]
    [InlineData("web1", "web1 of job J ended as Undelivered AgentAbsent after 0.5 ms: no agent; nothing was changed in the guest (effect None)", "Install and start 'qemu-ga'")]
    [InlineData("u-web2", "web2 of job J ended as Failed ExitNonZero (exit 2) after 3 ms: it wrote \"no such file\"; it ran in the guest (effect Applied)", "standard error")]
    [InlineData("web3", "web3 of job J ended as Unknown ReplyLost after 3 ms: GenericError: lost; it may have run in the guest, or not (effect Unknown)", "The connection broke")]
    [InlineData("web4", "web4 of job J ended as TimedOut StillRunning after 3 ms: its process has the number 7; it ran in the guest (effect Applied)", "Ask with the pid: 'orchestrator ga -t web4 guest-exec-status pid=PID'")]
    [InlineData("web5", "web5 of job J ended as Succeeded after 1 ms: it ran in the guest (effect Applied)", "")]
    [InlineData("node2/twin", "node2/twin of job J ended as Succeeded after 1 ms", "")]
    public async Task Outcome_is_explained_with_its_evidence(string vm, string sentence, string next)
    {
        WithJob();
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("why", "J", vm));
        Assert.StartsWith(sentence, run.OutLines[0]);
        Assert.Equal(next.Length > 0 ? 2 : 1, run.OutLines.Length);
        Assert.Contains(next, run.OutLines[^1]);
    }

    [Theory]
    [InlineData("nobody", "job J has no outcome of 'nobody': it was no target")]
    [InlineData("twin", "several VMs named 'twin': name one of node1/twin, node2/twin")]
    public async Task Vm_that_is_not_the_one_is_an_error(string vm, string expected)
    {
        WithJob();
        var run = CliRun.Against(_server);

        Assert.Equal(1, await run.RunAsync("why", "J", vm));
        Assert.Contains(expected, run.Error);
    }

    [Fact]
    public async Task Job_that_still_runs_may_bring_the_outcome()
    {
        WithJob();
        _server.On("GET", "/v1/jobs/J", Samples.Job("Running", 9, id: "J"));
        var run = CliRun.Against(_server);

        Assert.Equal(1, await run.RunAsync("why", "J", "nobody"));
        Assert.Contains("it still runs", run.Error);
    }

    [Theory]
    [InlineData("json")]
    [InlineData("ndjson")]
    [InlineData("yaml")]
    public async Task Answers_have_forms_for_programs(string format)
    {
        WithJob();
        _server.On("GET", "/v1/vms/web1", """{"name":"web1","state":"Paused","runState":"paused","agent":"Ready"}""");
        var (vm, outcome) = (CliRun.Against(_server), CliRun.Against(_server));

        Assert.Equal(0, await vm.RunAsync("why", "web1", "-o", format));
        Assert.Equal(0, await outcome.RunAsync("why", "J", "web1", "-o", format));
        if (format == "yaml")
        {
            Assert.Contains("reason: VmPaused\n", vm.Out);
            Assert.Contains("job: J\n", outcome.Out);
            return;
        }
        var told = JsonElement.Parse(vm.Out);
        Assert.Equal((false, true, "VmPaused"), (told.GetProperty("takesGuestCommands").GetBoolean(), told.GetProperty("takesQmpCommands").GetBoolean(), told.GetProperty("reason").GetString()));
        Assert.Equal("AgentAbsent", JsonElement.Parse(outcome.Out).GetProperty("outcome").GetProperty("reason").GetString());
    }

    [Theory]
    [InlineData("table")]
    [InlineData("json")]
    [InlineData("yaml")]
    public async Task Texts_of_a_guest_are_shown_and_not_obeyed(string format)
    {
        _server.On("GET", "/v1/vms/web1", $$"""{"name":"web1","state":"Running","agent":"Quarantined","quarantine":{"kind":"{{Samples.Hostile}}","reason":"{{Samples.Hostile}}"},"message":"{{Samples.Hostile}}"}""")
            .WithEndedJob("J", "run", "Partial", $$"""{"name":"web1","host":"n","phase":"Failed","reason":"{{Samples.Hostile}}","error":{"class":"{{Samples.Hostile}}","desc":"{{Samples.Hostile}}"},"exec":{"exitCode":1,"stderr":{"text":"{{Samples.Hostile}}"} } }""");
        foreach (var words in (string[][])[["why", "web1"], ["why", "J", "web1"]])
        {
            var run = new CliRun { Server = _server.SocketPath, OutIsTerminal = true, NoColor = true };

            Assert.Equal(0, await run.RunAsync([.. words, "-o", format]));
            Assert.Contains("[2J", run.Out);
            Assert.DoesNotContain(run.Out, character => character != '\n' && char.IsControl(character));
        }
    }

    private void WithJob() => _server.WithEndedJob(
        "J",
        "run",
        "Partial",
        Samples.Ended("web1", "Undelivered", "AgentAbsent", "no agent"),
        """{"vm":"u-web2","name":"web2","host":"node1","phase":"Failed","reason":"ExitNonZero","effect":"Applied","elapsedMs":3,"exec":{"pid":7,"exitCode":2,"stderr":{"text":"no such file\nmore"} } }""",
        """{"vm":"u-web3","name":"web3","host":"node1","phase":"Unknown","reason":"ReplyLost","effect":"Unknown","elapsedMs":3,"error":{"class":"GenericError","desc":"lost"} }""",
        """{"vm":"u-web4","name":"web4","host":"node1","phase":"TimedOut","reason":"StillRunning","effect":"Applied","elapsedMs":3,"exec":{"pid":7} }""",
        Samples.Succeeded("web5"),
        Samples.Succeeded("twin"),
        Samples.Succeeded("twin").Replace("node1", "node2"));
}
