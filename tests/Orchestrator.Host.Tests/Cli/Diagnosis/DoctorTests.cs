using System.Text.Json;
using Orchestrator.Host.Cli.Commands;

namespace Orchestrator.Host.Tests.Cli.Diagnosis;

/// <summary><c>doctor</c>.</summary>
public sealed class DoctorTests : IAsyncLifetime
{
    private const string AllCommands = """{"name":"guest-sync-delimited","enabled":true},{"name":"guest-ping","enabled":true},{"name":"guest-exec-status","enabled":true},{"name":"guest-file-open","enabled":true},{"name":"guest-file-close","enabled":true},{"name":"guest-file-read","enabled":true},{"name":"guest-file-write","enabled":true},{"name":"guest-info","enabled":true},{"name":"guest-get-osinfo","enabled":true}""";

    private FakeServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await FakeServer.StartAsync();
        File.SetUnixFileMode(_server.SocketPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _server.On("GET", "/v1/version", $$"""{"version":"{{VersionCommand.Client}}"}""");
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Nothing_wrong_is_exit_code_0()
    {
        WithVms(Vm("web1"), Vm("web2"));
        _server.WithJobOf("guest-info", "Succeeded", Agent("web1", AllCommands + Exec(enabled: true)), Agent("web2", AllCommands + Exec(enabled: true)));
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("doctor"));
        Assert.Equal(("", "0 errors, 0 warnings, 0 notes; 2 VMs looked at\n"), (run.Out, run.Error));
        Assert.Equal("""{"target":"s:Running and s:agent=Ready","command":"guest-info","timeoutMs":10000}""", _server.Single("POST", "/v1/jobs").Body);
    }

    [Fact]
    public async Task Vms_with_the_same_trouble_are_one_finding_with_evidence_and_next_step()
    {
        WithVms(Vm("web1", agent: "Absent", message: "no agent"), Vm("web2", agent: "Absent", message: "no agent"), Vm("web3", agent: "Quarantined", message: "too much"), Vm("web4", agent: "Unresponsive"));
        var run = CliRun.Against(_server);

        Assert.Equal(4, await run.RunAsync("doctor"));
        Assert.Equal(
            """
            error agent-quarantined web3: state Running, run state running, agent Quarantined, too much
                The guest broke the protocol too often, or flooded its channel. 'orchestrator vm get web3' shows the proof. Repair the guest, then 'orchestrator vm release web3'.
            error agent-unresponsive web4: state Running, run state running, agent Unresponsive
                The agent hangs, often in a frozen or hung filesystem. Look at the guest's console. It is asked again with growing pauses, up to 30 s.
            warning agent-absent web[1-2] (2): state Running, run state running, agent Absent, no agent
                Install and start 'qemu-ga' in the guest. Without a channel: add the virtio-serial port (README.md) and name its socket.

            """, run.Out);
        Assert.Equal("2 errors, 1 warning, 0 notes; 4 VMs looked at\n", run.Error);
    }

    [Fact]
    public async Task Vm_that_cannot_be_reached_is_asked_who_holds_its_monitor()
    {
        WithVms(Vm("web1", state: "Unreachable", agent: "Ready", runState: null), Vm("web2", state: "Unreachable", agent: "Absent", runState: null), Vm("web3", state: "Unresponsive"));
        _server.WithJobOf("query-status", "Partial", Samples.Ended("web1", "Undelivered", "MonitorBusy"), Samples.Ended("web2", "Undelivered", "HostUnreachable"));
        var run = CliRun.Against(_server);

        Assert.Equal(4, await run.RunAsync("doctor", "-t", "web*", "-q"));
        Assert.Equal(["error monitor-busy web1", "error qemu-unreachable web2", "error qemu-unresponsive web3"], Findings(run));
        Assert.Equal("""{"target":"(web*) and s:Unreachable","command":"query-status","timeoutMs":10000}""", _server.Single("POST", "/v1/jobs").Body);
        Assert.Equal("", run.Error);
    }

    [Theory]
    [InlineData(""","facts":{"agent.port":""}""", "warning port-without-id web1")]
    [InlineData(""","facts":{"agent.port":"agent0"}""", "")]
    [InlineData(""","facts":{"agent.version":"3.1.0"}""", "warning agent-too-old web1")]
    [InlineData(""","facts":{"agent.version":"2.12"}""", "warning agent-too-old web1")]
    [InlineData(""","facts":{"agent.version":"4.0.0"}""", "")]
    [InlineData(""","facts":{"agent.version":"10.0"}""", "")]
    [InlineData(""","facts":{"agent.version":"my own"}""", "")]
    public async Task Facts_tell_of_ports_and_versions(string facts, string expected)
    {
        WithVms(Vm("web1", rest: facts));
        _server.WithJobOf("guest-info", "Succeeded", Agent("web1", AllCommands + Exec(enabled: true)));
        var run = CliRun.Against(_server);

        Assert.Equal(expected.Length > 0 ? 4 : 0, await run.RunAsync("doctor"));
        Assert.Equal(expected.Length > 0 ? [expected] : [], Findings(run));
    }

    [Fact]
    public async Task Agents_without_needed_commands_are_found()
    {
        WithVms(Vm("web1"), Vm("web2"), Vm("web3"));
        _server.WithJobOf("guest-info", "Partial", Agent("web1", AllCommands), Agent("web2", AllCommands + Exec(enabled: false)), Samples.Ended("web3", "Unknown", "AgentUnresponsive"));
        var run = CliRun.Against(_server);

        Assert.Equal(4, await run.RunAsync("doctor"));
        Assert.Equal(
            """
            warning agent-silent web3: guest-info ended as Unknown AgentUnresponsive
                'orchestrator why web3' tells more.
            warning agent-without-command web1: the agent does not have guest-exec (for run)
                The agent or QEMU is too old for the command, or was built without it.
            warning agent-command-disabled web2: the agent has disabled guest-exec (for run)
                The guest's administrator blocked the command: 'block-rpcs' or 'allow-rpcs' in its 'qemu-ga.conf'.

            """, run.Out);
    }

    [Fact]
    public async Task Guest_that_does_not_run_is_a_note()
    {
        WithVms(Vm("web1", state: "Paused", runState: "paused"));
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("doctor"));
        Assert.Equal(["note guest-not-running web1"], Findings(run));
    }

    [Fact]
    public async Task Server_of_another_version_is_a_warning()
    {
        WithVms(Vm("web1", state: "Paused"));
        _server.On("GET", "/v1/version", """{"version":"9.9.9"}""");
        var run = CliRun.Against(_server);

        Assert.Equal(4, await run.RunAsync("doctor"));
        Assert.Contains($"warning version: this client is {VersionCommand.Client}, the server 9.9.9\n", run.Out);
    }

    [Fact]
    public async Task Server_that_is_not_there_is_a_finding()
    {
        var run = new CliRun();

        Assert.Equal(4, await run.RunAsync("doctor"));
        Assert.StartsWith("error server: no server at unix:/nonexistent/orchestrator.sock: there is no such socket. Start a server with", run.Out);
    }

    [Theory]
    [InlineData("", "the server knows no VM")]
    [InlineData("-t nobody", "the selector 'nobody' matches no VM")]
    public async Task No_vm_is_a_warning(string arguments, string expected)
    {
        WithVms();
        var run = CliRun.Against(_server);

        Assert.Equal(4, await run.RunAsync(["doctor", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]));
        Assert.Contains($"warning no-vms: {expected}\n", run.Out);
    }

    [Fact]
    public async Task Agents_that_left_before_they_were_asked_are_no_error()
    {
        WithVms(Vm("web1"));
        _server.OnProblem("POST", "/v1/jobs", 422, "no-targets", "nobody");

        Assert.Equal(0, await CliRun.Against(_server).RunAsync("doctor"));
    }

    [Fact]
    public async Task Wrong_selector_is_a_usage_error()
    {
        _server.OnProblem("GET", "/v1/vms", 400, "invalid-selector", "no");

        Assert.Equal(2, await CliRun.Against(_server).RunAsync("doctor", "-t", "("));
    }

    [Fact]
    public async Task Socket_that_others_can_open_is_an_error()
    {
        WithVms(Vm("web1", state: "Paused"));
        File.SetUnixFileMode(_server.SocketPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherWrite);
        var run = CliRun.Against(_server);

        Assert.Equal(4, await run.RunAsync("doctor"));
        Assert.Contains($"error socket: {_server.SocketPath} is open to other users (mode 0602)", run.Out);
        Assert.Contains($"'chmod 600 {_server.SocketPath}'", run.Out);
    }

    [Theory]
    [InlineData("json")]
    [InlineData("yaml")]
    [InlineData("ndjson")]
    public async Task Findings_have_forms_for_programs(string format)
    {
        WithVms(Vm("web1", agent: "Absent"), Vm("web2", agent: "Absent"));
        var run = CliRun.Against(_server);

        Assert.Equal(4, await run.RunAsync("doctor", "-o", format));
        if (format == "yaml")
        {
            Assert.StartsWith("items:\n- severity: warning\n  check: agent-absent\n", run.Out);
            return;
        }
        var finding = format == "json" ? JsonElement.Parse(run.Out).GetProperty("items")[0] : JsonElement.Parse(run.Out);
        Assert.Equal(("warning", "agent-absent", "web[1-2]", 2), (finding.GetProperty("severity").GetString(), finding.GetProperty("check").GetString(), finding.GetProperty("vms").GetString(), finding.GetProperty("count").GetInt32()));
    }

    [Theory]
    [InlineData("table")]
    [InlineData("ndjson")]
    [InlineData("yaml")]
    public async Task Texts_of_a_guest_are_shown_and_not_obeyed(string format)
    {
        WithVms(Vm("web1", agent: "Absent", message: Samples.Hostile), Vm("web2", rest: $$""","facts":{"agent.version":"1.0.{{Samples.Hostile}}"}"""));
        _server.WithJobOf("guest-info", "Partial", Samples.Ended("web2", "Failed", Samples.Hostile));
        var run = new CliRun { Server = _server.SocketPath, OutIsTerminal = true, NoColor = true };

        Assert.Equal(4, await run.RunAsync("doctor", "-o", format));
        Assert.Equal(3, run.Out.Split("[2J").Length - 1);
        Assert.DoesNotContain(run.Out, character => character != '\n' && char.IsControl(character));
    }

    private static IEnumerable<string> Findings(CliRun run) => run.OutLines.Where(line => !line.StartsWith(' ')).Select(line => line[..line.IndexOf(": ", StringComparison.Ordinal)]);

    private void WithVms(params string[] vms) => _server.On("GET", "/v1/vms", $$"""{"items":[{{string.Join(',', vms)}}]}""");

    private static string Vm(string name, string state = "Running", string agent = "Ready", string? message = null, string? runState = "running", string rest = "") =>
        $$"""{"name":"{{name}}","host":"node1","state":"{{state}}","agent":"{{agent}}"{{(runState is null ? "" : $",\"runState\":\"{runState}\"")}}{{(message is null ? "" : $",\"message\":\"{message}\"")}}{{rest}} }""";

    private static string Exec(bool enabled) => $$""",{"name":"guest-exec","enabled":{{(enabled ? "true" : "false")}} }""";

    private static string Agent(string name, string commands) => Samples.Succeeded(name, $$"""{"version":"7.2.22","supported_commands":[{{commands}}]}""");
}
