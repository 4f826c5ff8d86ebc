using System.Net;
using System.Net.Sockets;
using Orchestrator.Host.Configuration;
using Orchestrator.Host.Emulation;

namespace Orchestrator.Host.Tests.Emulation;

/// <summary>The wire, over real sockets.</summary>
public sealed class EmulatorTests
{
    [Fact]
    public async Task Monitor_greets_negotiates_and_answers_with_ids()
    {
        await using var emulator = new RunningEmulator();
        await using var client = await EmulatorClient.ConnectAsync(new UnixDomainSocketEndPoint(emulator.PathOf("vm0002", "qmp.sock")));

        Assert.Equal("emulated", (await client.ReadAsync()).GetProperty("QMP").GetProperty("version").GetProperty("package").GetString());
        Assert.Equal("CommandNotFound", Class(await client.AskAsync("""{"execute":"query-status"}""")));
        Assert.True((await client.AskAsync("""{"execute":"qmp_capabilities","arguments":{"enable":["oob"]}}""")).TryGetProperty("return", out _));
        // No line ends are needed, and none matter.
        await client.SendAsync("""{"execute":"query-name","id":1}{"execute":"query-uuid",""" + "\n\"id\":[2]}");

        var name = await client.ReadAsync();
        Assert.Equal(("vm0002", 1), (name.GetProperty("return").GetProperty("name").GetString(), name.GetProperty("id").GetInt32()));
        Assert.Equal(Persona.Of("vm0002", 0, Chaos.None).Id, (await client.ReadAsync()).GetProperty("return").GetProperty("UUID").GetGuid());
        Assert.Equal("GenericError", Class(await client.AskAsync("""{"exec-oob":"query-status"}""")));
    }

    [Fact]
    public async Task Second_client_hears_nothing_before_the_first_has_left()
    {
        await using var emulator = new RunningEmulator();
        await using var first = await emulator.MonitorAsync();
        await using var second = await EmulatorClient.ConnectAsync(new UnixDomainSocketEndPoint(emulator.PathOf("vm0001", "qmp.sock")));
        var greeting = second.LineAsync();

        Assert.True((await first.AskAsync("""{"execute":"query-status"}""")).TryGetProperty("return", out _));
        Assert.False(greeting.IsCompleted);
        await first.DisposeAsync();

        Assert.Contains("QMP", await greeting);
    }

    /// <summary>The sentinel is an error of its own before the answer, as with the real agent.</summary>
    [Fact]
    public async Task Agent_synchronizes_like_the_real_one()
    {
        await using var emulator = new RunningEmulator();
        await using var agent = await emulator.AgentAsync();

        await agent.SendAsync("\u00ff{\"execute\":\"guest-sync-delimited\",\"arguments\":{\"id\":7}}\n");

        Assert.Equal("""{"error": {"class": "GenericError", "desc": "JSON parse error, stray '\uFFFD'"}}""", await agent.LineAsync());
        Assert.Equal("\u00ff{\"return\": 7}", await agent.LineAsync());
        Assert.Equal("""{"return": {}, "id": "a"}""", (await agent.AskAsync("""{"execute":"guest-ping","id":"a"}""")).GetRawText());
    }

    [Fact]
    public async Task Message_is_finished_by_the_next_client()
    {
        await using var emulator = new RunningEmulator();
        await using (var first = await emulator.AgentAsync())
        {
            // The answer tells that the bytes before the unfinished ones were taken, and those with them.
            await first.SendAsync("""{"execute":"guest-ping"}{"execute":"guest-pi""");
            await first.ReadAsync();
        }
        await using var second = await emulator.AgentAsync();

        Assert.Equal("""{"return": {}, "id": 1}""", (await second.AskAsync("""ng","id":1}""")).GetRawText());
    }

    [Fact]
    public async Task Latency_keeps_the_order_and_is_kept()
    {
        await using var emulator = new RunningEmulator(options => options with { Latency = TimeSpan.FromMilliseconds(30) });
        await using var agent = await emulator.AgentAsync();
        var started = TimeProvider.System.GetTimestamp();

        await agent.SendAsync(string.Concat(Enumerable.Range(0, 200).Select(id => $$"""{"execute":"guest-ping","id":{{id}}}""")));

        for (var id = 0; id < 200; id++)
            Assert.Equal(id, (await agent.ReadAsync()).GetProperty("id").GetInt32());
        Assert.True(TimeProvider.System.GetElapsedTime(started) >= TimeSpan.FromMilliseconds(30));
    }

    /// <summary>More than a socket holds: the rest waits until the client reads, and nothing is lost.</summary>
    [Fact]
    public async Task Large_answers_reach_a_client_that_reads_late()
    {
        await using var emulator = new RunningEmulator();
        await using var agent = await emulator.AgentAsync();
        var bytes = new byte[1_000_000];
        new Random(5).NextBytes(bytes);
        await agent.AskAsync("""{"execute":"guest-file-open","arguments":{"path":"/tmp/a","mode":"w+"}}""");
        await agent.AskAsync($$$"""{"execute":"guest-file-write","arguments":{"handle":1000,"buf-b64":"{{{Convert.ToBase64String(bytes)}}}"}}""");

        const string Again = """{"execute":"guest-file-seek","arguments":{"handle":1000,"offset":0,"whence":"set"}}{"execute":"guest-file-read","arguments":{"handle":1000,"count":1000000}}""";
        await agent.SendAsync(string.Concat(Enumerable.Repeat(Again, 8)));

        for (var round = 0; round < 8; round++)
        {
            Assert.Equal(0, (await agent.ReadAsync()).GetProperty("return").GetProperty("position").GetInt32());
            Assert.Equal(bytes, (await agent.ReadAsync()).GetProperty("return").GetProperty("buf-b64").GetBytesFromBase64());
        }
    }

    [Fact]
    public async Task Reset_closes_and_opens_the_agents_port()
    {
        await using var emulator = new RunningEmulator();
        await using var monitor = await emulator.MonitorAsync();

        await monitor.SendAsync("""{"execute":"system_reset","id":1}""");

        Assert.Equal("RESET", await monitor.EventAsync());
        var closed = await monitor.ReadAsync();
        Assert.Equal(("VSERPORT_CHANGE", false), (closed.GetProperty("event").GetString(), closed.GetProperty("data").GetProperty("open").GetBoolean()));
        Assert.Equal(1, (await monitor.ReadAsync()).GetProperty("id").GetInt32());
        var opened = await monitor.ReadAsync();
        Assert.Equal(("agent0", true), (opened.GetProperty("data").GetProperty("id").GetString(), opened.GetProperty("data").GetProperty("open").GetBoolean()));
    }

    [Fact]
    public async Task Guest_of_a_stopped_machine_answers_when_it_goes_on()
    {
        await using var emulator = new RunningEmulator();
        await using var monitor = await emulator.MonitorAsync();
        await using var agent = await emulator.AgentAsync();
        await agent.AskAsync("""{"execute":"guest-ping"}""");

        await monitor.SendAsync("""{"execute":"stop"}""");
        Assert.Equal("STOP", await monitor.EventAsync());
        await monitor.ReadAsync();
        var answer = agent.AskAsync("""{"execute":"guest-ping","id":3}""");
        Assert.Equal("paused", (await monitor.AskAsync("""{"execute":"query-status"}""")).GetProperty("return").GetProperty("status").GetString());
        Assert.False(answer.IsCompleted);
        await monitor.SendAsync("""{"execute":"cont"}""");

        Assert.Equal("RESUME", await monitor.EventAsync());
        Assert.Equal(3, (await answer).GetProperty("id").GetInt32());
    }

    [Fact]
    public async Task Client_of_a_guest_that_does_not_read_can_leave()
    {
        await using var emulator = new RunningEmulator(options => options with { Chaos = Chaos.Parse("silent=100%") });
        await using (var silent = await emulator.AgentAsync())
            await silent.SendAsync("""{"execute":"guest-ping"}""");

        // One that waits for its turn is served only if the first was seen to leave; the monitor of the same thread still answers.
        await using var next = await emulator.AgentAsync();
        await using var monitor = await emulator.MonitorAsync();
        Assert.True((await monitor.AskAsync("""{"execute":"query-status"}""")).TryGetProperty("return", out _));
    }

    [Fact]
    public async Task Cut_closes_the_connection_in_place_of_an_answer()
    {
        await using var emulator = new RunningEmulator(options => options with { Chaos = Chaos.Parse("cut=100%") });
        await using var agent = await emulator.AgentAsync();

        await agent.SendAsync("""{"execute":"guest-ping"}""");

        Assert.Null(await agent.LineAsync());
    }

    [Fact]
    public async Task Events_go_to_those_who_negotiated_in_turn()
    {
        await using var emulator = new RunningEmulator(options => options with { EventsPerSecond = 200 });
        await using var first = await emulator.MonitorAsync("vm0001");
        await using var second = await emulator.MonitorAsync("vm0002");

        for (var count = 0; count < 5; count++)
        {
            Assert.Equal("RTC_CHANGE", await first.EventAsync());
            Assert.Equal("RTC_CHANGE", await second.EventAsync());
        }
    }

    [Fact]
    public async Task Directory_is_one_for_serve_and_nothing_of_it_remains()
    {
        await using var emulator = new RunningEmulator();
        var found = new VmSources(new NodeConfig { VmDirs = [emulator.Options.Directory] }).Read();

        Assert.Equal(["vm0001", "vm0002"], found.Select(vm => vm.Name));
        Assert.All(found, vm => Assert.NotNull(vm.Agent));
        File.WriteAllText(emulator.PathOf("vm0002", "note"), "the user's");
        await emulator.StopAsync();

        Assert.Equal([emulator.PathOf("vm0002", "note")], Directory.EnumerateFiles(emulator.Root, "*", SearchOption.AllDirectories));
        Assert.False(Directory.Exists(Path.Combine(emulator.Options.Directory, "vm0001")));
    }

    [Fact]
    public async Task Socket_that_somebody_serves_is_left_alone_and_one_that_was_left_is_replaced()
    {
        await using var emulator = new RunningEmulator();
        var taken = Assert.Throws<EmulationException>(() => Emulator.Start(emulator.Options, TimeProvider.System));
        Assert.Contains("another process listens", taken.Message);
        await using (var client = await emulator.AgentAsync())
            await client.AskAsync("""{"execute":"guest-ping"}""");

        await emulator.StopAsync();
        Directory.CreateDirectory(Path.Combine(emulator.Options.Directory, "vm0001"));
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            left.Bind(new UnixDomainSocketEndPoint(emulator.PathOf("vm0001", "qmp.sock")));
        using (Emulator.Start(emulator.Options, TimeProvider.System))
            Assert.True(File.Exists(emulator.PathOf("vm0001", "qga.sock")));

        Directory.CreateDirectory(Path.Combine(emulator.Options.Directory, "vm0001"));
        File.WriteAllText(emulator.PathOf("vm0001", "qmp.sock"), "not a socket");
        Assert.Contains("is not a socket", Assert.Throws<EmulationException>(() => Emulator.Start(emulator.Options, TimeProvider.System)).Message);
        Assert.True(File.Exists(emulator.PathOf("vm0001", "qmp.sock")));
    }

    [Fact]
    public void Path_that_is_too_long_for_a_socket_is_refused()
    {
        var options = new EmulationOptions { Vms = 1, Directory = Path.Combine(Path.GetTempPath(), new string('x', 100)) };

        Assert.Contains("choose a shorter --dir", Assert.Throws<EmulationException>(() => Emulator.Start(options, TimeProvider.System)).Message);
        Assert.False(Directory.Exists(options.Directory));
    }

    [Fact]
    public async Task Tcp_comes_with_a_configuration_for_serve()
    {
        var first = FreePorts(4);
        await using var emulator = new RunningEmulator(options => options with { Tcp = new IPEndPoint(IPAddress.Loopback, first) });

        var vms = new VmSources(NodeConfigFile.Load(emulator.Configuration!)).Read();
        Assert.Equal([$"tcp:127.0.0.1:{first}", $"tcp:127.0.0.1:{first + 2}"], vms.Select(vm => vm.Qmp.ToString()));
        await using var agent = await EmulatorClient.ConnectAsync(new IPEndPoint(IPAddress.Loopback, first + 3));
        Assert.Equal("vm0002", (await agent.AskAsync("""{"execute":"guest-get-host-name"}""")).GetProperty("return").GetProperty("host-name").GetString());
        await emulator.StopAsync();
        Assert.False(File.Exists(emulator.Configuration));
    }

    [Fact]
    public async Task Each_of_many_vms_answers_for_itself()
    {
        await using var emulator = new RunningEmulator(options => options with { Vms = 300 });
        var clients = await Task.WhenAll(emulator.Options.Names().Select(emulator.AgentAsync));

        var answers = await Task.WhenAll(clients.Select(client => client.AskAsync("""{"execute":"guest-get-host-name"}""")));

        Assert.Equal(emulator.Options.Names(), answers.Select(answer => answer.GetProperty("return").GetProperty("host-name").GetString()));
        await Task.WhenAll(clients.Select(client => client.DisposeAsync().AsTask()));
    }

    private static string Class(System.Text.Json.JsonElement answer) => answer.GetProperty("error").GetProperty("class").GetString()!;

    /// <summary>The first of so many ports in a row that were free a moment ago.</summary>
    private static int FreePorts(int count)
    {
        for (var first = 20_000 + (Environment.ProcessId % 1000 * 40); ; first += count)
        {
            var listeners = Enumerable.Range(first, count).Select(port => new TcpListener(IPAddress.Loopback, port)).ToList();
            try
            {
                listeners.ForEach(listener => listener.Start());
                return first;
            }
            catch (SocketException)
            {
                // Somebody has one of them.
            }
            finally
            {
                listeners.ForEach(listener => listener.Stop());
            }
        }
    }
}
