using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit;
using Orchestrator.TestKit.FakePeers;
using Orchestrator.TestKit.Processes;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.HardBehaviours;

/// <summary>Channels as other clients left or hold them. Each test has real peers of its own: a storage daemon and an agent, no guest.</summary>
public sealed class ChannelTests
{
    private const string Name = "peer";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Half_a_command_that_an_earlier_client_left_in_the_agent_meets_no_command_of_ours()
    {
        await using var directory = new RealVmDirectory();
        var peers = await directory.AddPeersAsync(Name);
        await using (var earlier = await RawPeer.ConnectAsync(peers.Agent.SocketPath))
        {
            // The answered ping proves that the agent has read what comes before it; then half a command stays in its parser.
            await earlier.AskAsync("""{"execute":"guest-ping"}""");
            await earlier.SendAsync("""{"execute":"guest-pi""");
        }

        await using var server = await OrchestratorServer.StartAsync("--vm-dir", directory.Path);
        await server.ReadyAsync(Name);

        var answer = (await server.Api.AgentAsync(Name, "guest-ping")).Result();
        Assert.Equal("{}", answer.GetRawText());
        Assert.NotEqual("", (await server.Api.AgentAsync(Name, "guest-get-host-name")).Result().Text("host-name"));
    }

    [Fact]
    public async Task Timed_out_program_still_starts_later_and_its_late_answer_is_nobody_elses()
    {
        await using var directory = new RealVmDirectory();
        var peers = await directory.AddPeersAsync(Name);
        await using var server = await OrchestratorServer.StartAsync("--vm-dir", directory.Path);
        await server.ReadyAsync(Name);
        var trace = Path.Combine(server.Directory, "stale");

        // The agent has just answered, so the command is risked on it, and it is suspended before it can read.
        (await server.Api.AgentAsync(Name, "guest-ping")).Succeeds();
        peers.Agent.Process.Send(Signal.Stop);
        (await server.Api.AgentAsync(Name, "guest-exec", $$"""{"path":"touch","arg":["{{trace}}"]}""", timeoutMs: 1_000)).Ends("Unknown", "AgentUnresponsive", "Unknown");
        Assert.False(File.Exists(trace));
        (await server.Api.AgentAsync(Name, "guest-ping", timeoutMs: 1_000)).Ends("Undelivered", "AgentUnresponsive", "None");
        peers.Agent.Process.Send(Signal.Continue);

        await Eventually.TrueAsync(() => File.Exists(trace), Limit, "the command that was not cancelled has run");
        var vm = await server.ReadyAsync(Name);
        Assert.Equal(1, vm.Number("incarnation"));
        Assert.Equal("{}", (await server.Api.AgentAsync(Name, "guest-ping")).Result().GetRawText());
    }

    [Fact]
    public async Task Agent_process_that_ends_is_reached_again_as_a_new_incarnation()
    {
        await using var directory = new RealVmDirectory();
        await directory.AddPeersAsync(Name);
        await using var server = await OrchestratorServer.StartAsync("--vm-dir", directory.Path);
        await server.ReadyAsync(Name);

        // The real agent runs on this machine: its parent's id ends the agent alone.
        await server.Api.ShellAsync(Name, "kill -9 $PPID", timeoutMs: 5_000);

        await server.VmAsync(Name, vm => vm.Is("agent", "Ready") && vm.Number("incarnation") == 2, "has a new agent");
        Assert.Equal("{}", (await server.Api.AgentAsync(Name, "guest-ping")).Result().GetRawText());
    }

    [Fact]
    public async Task Monitor_that_another_client_holds_is_busy_while_the_guest_still_answers()
    {
        await using var directory = new RealVmDirectory();
        var peers = await directory.AddPeersAsync(Name);
        await using var server = await StartWhileHeldAsync(peers.Monitor.SocketPath, directory, async server =>
        {
            var vm = await server.VmAsync(Name, vm => vm.Is("state", "Unreachable") && vm.Is("agent", "Ready"), "is busy");
            Assert.NotEqual("", vm.Text("message"));
            (await server.Api.QmpAsync(Name, "query-version")).Ends("Undelivered", "MonitorBusy", "None");
            (await server.Api.AgentAsync(Name, "guest-ping")).Succeeds();
        });

        await server.ReadyAsync(Name);
        (await server.Api.QmpAsync(Name, "query-version")).Succeeds();
    }

    [Fact]
    public async Task What_happened_while_the_monitor_was_held_is_asked_for()
    {
        await using var directory = new RealVmDirectory();
        var vm = await directory.AddVmAsync(new() { Name = Name });
        await using var server = await StartWhileHeldAsync(vm.QmpSocketPath, directory, async server =>
        {
            await server.VmAsync(Name, view => view.Is("state", "Unreachable"), "is busy");
            await using var monitor = await RawPeer.NegotiateAsync(vm.TestMonitorPath);
            await monitor.SendAsync("""{"execute":"stop"}""");
            await monitor.EventAsync("STOP");
        });

        var paused = await server.VmAsync(Name, view => view.Is("state", "Paused") && view.TryGetProperty("id", out _), "is paused");
        Assert.Equal(vm.Options.Uuid.ToString(), paused.Text("id"));
        Assert.Equal(Name, paused.GetProperty("facts").Text("qemu.name"));
    }

    [Fact]
    public async Task Agent_that_opens_its_port_while_qemu_is_asked_about_it_is_found()
    {
        await using var directory = new RealVmDirectory();
        var folder = Path.Combine(directory.Path, Name);
        await using var agent = await RealAgent.StartAsync(Path.Combine(folder, "qga.sock"));
        await using var monitor = FakeQmpServer.Listen(Path.Combine(folder, "qmp.sock"), qmp => OpenPortMeanwhileAsync(qmp, agent.SocketPath));
        await using var server = await OrchestratorServer.StartAsync("--vm-dir", directory.Path);

        await server.ReadyAsync(Name);

        (await server.Api.AgentAsync(Name, "guest-ping")).Succeeds();
    }

    /// <summary>QEMU that says the port is closed, sends the event of its opening, and only then tells which port it is.</summary>
    private static async Task OpenPortMeanwhileAsync(FakeQmpServer qmp, string agent)
    {
        var open = false;
        await qmp.HandshakeAsync();
        while (await qmp.ReadLineAsync() is { } line)
        {
            var command = new FakeCommand(line);
            if (command.Name == "qom-list" && !open)
            {
                open = true;
                await qmp.EventAsync("VSERPORT_CHANGE", """{"open": true, "id": "agent0"}""");
            }
            await qmp.ReturnAsync(command, command.Name switch
            {
                "query-chardev" => $$"""[{"label": "qga0", "filename": "unix:{{agent}},server=on", "frontend-open": {{(open ? "true" : "false")}}}]""",
                "qom-list" => """[{"name": "agent0", "type": "child<virtserialport>"}]""",
                "qom-get" => "\"qga0\"",
                "query-status" => """{"status": "running", "running": true}""",
                "query-uuid" => """{"UUID": "0e9a2d77-3e64-4b6a-8234-b2c414dc3396"}""",
                _ => "{}",
            });
        }
    }

    /// <summary>Starts a server while another client holds a monitor, and lets go of the monitor after <paramref name="meanwhile"/>.</summary>
    private static async Task<OrchestratorServer> StartWhileHeldAsync(string monitor, RealVmDirectory directory, Func<OrchestratorServer, Task> meanwhile)
    {
        await using var holder = await RawPeer.NegotiateAsync(monitor);
        var server = await OrchestratorServer.StartAsync("--vm-dir", directory.Path);
        try
        {
            await meanwhile(server);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }
}
