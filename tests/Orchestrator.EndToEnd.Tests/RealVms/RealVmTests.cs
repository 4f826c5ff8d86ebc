using System.Buffers.Text;
using System.Diagnostics;
using Orchestrator.Protocol.Agent.Files;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Migration;
using Orchestrator.TestKit.RealVms;
using Xunit.Abstractions;

namespace Orchestrator.EndToEnd.Tests.RealVms;

public sealed class RealVmTests(ITestOutputHelper output)
{
    private const string Ping = """{"execute":"guest-ping","id":"ping"}""";
    private static readonly TimeSpan BootLimit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Vm_greets_on_its_monitor_and_has_the_given_identity()
    {
        var uuid = Guid.NewGuid();
        await using var vm = await RealVm.StartAsync(new() { Name = "identity", Uuid = uuid });
        await using var monitor = await RawPeer.ConnectAsync(vm.QmpSocketPath);

        var greeting = await monitor.ReadAsync();
        await monitor.AskAsync("""{"execute":"qmp_capabilities"}""");
        var answer = await monitor.AskAsync("""{"execute":"query-uuid"}""");

        Assert.True(greeting.GetProperty("QMP").GetProperty("version").GetProperty("qemu").GetProperty("major").GetInt32() > 0);
        Assert.Equal(uuid, answer.GetProperty("return").GetProperty("UUID").GetGuid());
    }

    [Fact]
    public async Task Agent_in_the_guest_answers_sync_and_ping()
    {
        await using var vm = await RealVm.StartAsync(new() { Name = "sync" });
        await using var agent = await RawPeer.ConnectAsync(vm.AgentSocketPath);

        // The leading 0xFF is a lexical error of its own: the agent answers it before it answers the sync.
        await agent.SendAsync("\u00ff" + """{"execute":"guest-sync-delimited","arguments":{"id":4711}}""");
        var complaint = await agent.ReadAsync();
        var reply = await agent.ReadLineAsync();

        Assert.True(complaint.TryGetProperty("error", out _));
        Assert.Equal("\u00ff" + """{"return": 4711}""", reply);
        Assert.Equal("ping", (await agent.AskAsync(Ping)).GetProperty("id").GetString());
    }

    [Fact]
    public async Task Guest_is_a_Debian_with_the_name_of_its_vm()
    {
        await using var vm = await RealVm.StartAsync(new() { Name = "named" });
        await using var agent = await RawPeer.ConnectAsync(vm.AgentSocketPath);

        var system = await agent.AskAsync("""{"execute":"guest-get-osinfo"}""");
        var name = await agent.AskAsync("""{"execute":"guest-get-host-name"}""");

        Assert.Equal("debian", system.GetProperty("return").GetProperty("id").GetString());
        Assert.Equal("named", name.GetProperty("return").GetProperty("host-name").GetString());
    }

    [Fact]
    public async Task Answer_to_one_step_of_a_file_waits_in_the_socket_where_nobody_reads()
    {
        await using var vm = await RealVm.StartAsync(new() { Name = "unread" });
        await using var monitor = await RawPeer.NegotiateAsync(vm.QmpSocketPath);
        await using var agent = await AskedForZerosAsync(vm, GuestFile.ChunkBytes);

        await Eventually.TrueAsync(() => agent.Unread > Base64.GetMaxEncodedToUtf8Length(GuestFile.ChunkBytes), BootLimit, "the answer is there");

        Assert.Contains("throttle off", await DevicesAsync(monitor), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Longer_answer_stops_the_port_until_somebody_reads()
    {
        await using var vm = await RealVm.StartAsync(new() { Name = "stopped" });
        await using var monitor = await RawPeer.NegotiateAsync(vm.QmpSocketPath);
        await using var agent = await AskedForZerosAsync(vm, 8 * GuestFile.ChunkBytes);

        await Eventually.TrueAsync(async () => (await DevicesAsync(monitor)).Contains("throttle on", StringComparison.Ordinal), BootLimit, "the port waits");

        Assert.True(agent.Unread < 8 * GuestFile.ChunkBytes, $"{agent.Unread} unread");
    }

    [Fact]
    public async Task Guest_with_a_disk_has_one_filesystem_to_freeze()
    {
        await using var vm = await RealVm.StartAsync(new() { Name = "disk", WithDisk = true });
        await using var agent = await RawPeer.ConnectAsync(vm.AgentSocketPath);

        Assert.Equal(1, (await agent.AskAsync("""{"execute":"guest-fsfreeze-freeze"}""")).GetProperty("return").GetInt32());
        Assert.Equal(1, (await agent.AskAsync("""{"execute":"guest-fsfreeze-thaw"}""")).GetProperty("return").GetInt32());
    }

    [Fact]
    public async Task Guest_shutdown_powers_off_for_the_guests_own_reason()
    {
        await using var vm = await RealVm.StartAsync(new() { Name = "off" });
        await using var monitor = await RawPeer.NegotiateAsync(vm.QmpSocketPath);
        await using var agent = await RawPeer.ConnectAsync(vm.AgentSocketPath);

        await agent.SendAsync("""{"execute":"guest-shutdown"}""");
        var shutdown = await monitor.EventAsync("SHUTDOWN");
        await vm.Process.ExitedAsync(BootLimit);

        Assert.True(shutdown.GetProperty("guest").GetBoolean());
        Assert.Equal("guest-shutdown", shutdown.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Guest_shutdown_without_a_shutdown_program_is_answered_with_an_error()
    {
        await using var vm = await RealVm.StartAsync(new() { Name = "stays", KernelArguments = RealVmOptions.NoShutdown });
        await using var agent = await RawPeer.ConnectAsync(vm.AgentSocketPath);

        var answer = await agent.AskAsync("""{"execute":"guest-shutdown"}""");

        Assert.Equal("GenericError", answer.GetProperty("error").GetProperty("class").GetString());
    }

    [Fact]
    public async Task Held_agent_leaves_and_returns_when_the_hold_ends()
    {
        await using var vm = await RealVm.StartAsync(new() { Name = "hold" });
        await using var monitor = await RawPeer.NegotiateAsync(vm.QmpSocketPath);
        await using var agent = await RawPeer.ConnectAsync(vm.AgentSocketPath);
        await agent.AskAsync(Ping);
        Assert.True((await monitor.EventAsync("VSERPORT_CHANGE")).GetProperty("open").GetBoolean());

        await agent.AskAsync(
            """{"execute":"guest-exec","arguments":{"path":"sh","arg":["-c","touch /run/qga.hold; (sleep 2; rm /run/qga.hold) & killall qemu-ga"]}}""");

        Assert.False((await monitor.EventAsync("VSERPORT_CHANGE")).GetProperty("open").GetBoolean());
        Assert.True((await monitor.EventAsync("VSERPORT_CHANGE")).GetProperty("open").GetBoolean());
        Assert.Equal("ping", (await agent.AskAsync(Ping)).GetProperty("id").GetString());
    }

    [Fact]
    public async Task Suspended_vm_answers_after_it_continues()
    {
        await using var vm = await RealVm.StartAsync(new() { Name = "suspended" });
        await using var monitor = await RawPeer.NegotiateAsync(vm.QmpSocketPath);

        vm.Suspend();
        var answer = monitor.AskAsync("""{"execute":"query-name"}""");
        await Eventually.TrueAsync(() => StateOf(vm.Process.Id) == 'T', BootLimit, "QEMU is suspended");
        Assert.False(answer.IsCompleted);

        vm.Continue();
        Assert.Equal("suspended", (await answer).GetProperty("return").GetProperty("name").GetString());
    }

    [Fact]
    public async Task Test_monitor_sees_what_is_done_on_the_other_one()
    {
        await using var vm = await RealVm.StartAsync(new() { Name = "two-monitors" });
        await using var monitor = await RawPeer.NegotiateAsync(vm.QmpSocketPath);
        await using var observer = await RawPeer.NegotiateAsync(vm.TestMonitorPath);

        await monitor.SendAsync("""{"execute":"stop"}""");

        await observer.EventAsync("STOP");
    }

    [Fact]
    public async Task Booted_guest_has_told_its_name_on_the_console()
    {
        await using var vm = await RealVm.StartAsync(new() { Name = "talks" });

        await vm.BootedAsync(BootLimit);

        Assert.Contains("init: guest talks is up", vm.Console);
    }

    [Fact]
    public async Task Killed_vm_leaves_its_directory_and_can_be_started_there_again()
    {
        await using var directory = new RealVmDirectory();
        var options = new RealVmOptions { Name = "again" };
        var crashed = await directory.AddVmAsync(options);
        await crashed.KillAsync();
        Assert.True(File.Exists(crashed.QmpSocketPath));

        var vm = await directory.AddVmAsync(options);
        await using var monitor = await RawPeer.ConnectAsync(vm.QmpSocketPath);

        Assert.Equal(crashed.Directory, vm.Directory);
        Assert.True((await monitor.ReadAsync()).TryGetProperty("QMP", out _));
    }

    [Fact]
    public async Task Disposed_vm_leaves_neither_process_nor_directory()
    {
        var vm = await RealVm.StartAsync(new() { Name = "gone" });
        var process = vm.Process.Id;

        await vm.DisposeAsync();

        Assert.False(Directory.Exists($"/proc/{process}"));
        Assert.False(Directory.Exists(Path.GetDirectoryName(vm.Directory)));
    }

    [Fact]
    public async Task Vm_that_cannot_start_fails_with_the_words_of_qemu()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => RealVm.StartAsync(new() { Name = "broken", ExtraQemuArguments = ["-device", "no-such-device"] }));

        Assert.Contains("no-such-device", failure.Message.Split("Its output:")[^1]);
    }

    [Fact]
    public async Task Four_vms_boot_side_by_side()
    {
        await using var directory = new RealVmDirectory();
        var clock = Stopwatch.StartNew();

        await Task.WhenAll(Enumerable.Range(1, 4).Select(async number =>
        {
            var vm = await directory.AddVmAsync(new() { Name = $"vm-{number}" });
            await using var agent = await RawPeer.ConnectAsync(vm.AgentSocketPath);
            Assert.Equal("ping", (await agent.AskAsync(Ping)).GetProperty("id").GetString());
            var memory = (await File.ReadAllLinesAsync($"/proc/{vm.Process.Id}/status")).Single(line => line.StartsWith("RssAnon:", StringComparison.Ordinal));
            output.WriteLine($"{vm.Options.Name}: agent ready after {clock.Elapsed.TotalSeconds:0.0} s, {memory}");
        }));
    }

    /// <summary>A client that reads nothing of what it has asked for.</summary>
    private static async Task<RawPeer> AskedForZerosAsync(RealVm vm, int count)
    {
        var agent = await RawPeer.ConnectAsync(vm.AgentSocketPath);
        var handle = (await agent.AskAsync("""{"execute":"guest-file-open","arguments":{"path":"/dev/zero"}}""")).GetProperty("return").GetInt64();
        await agent.SendAsync($$$"""{"execute":"guest-file-read","arguments":{"handle":{{{handle}}},"count":{{{count}}}}}""");
        return agent;
    }

    private static async Task<string> DevicesAsync(RawPeer monitor) =>
        (await MigrationDriver.CommandAsync(monitor, """{"execute":"human-monitor-command","arguments":{"command-line":"info qtree"}}""")).GetString()!;

    private static char StateOf(int process)
    {
        var fields = File.ReadAllText($"/proc/{process}/stat");
        return fields[fields.LastIndexOf(')') + 2];
    }
}
