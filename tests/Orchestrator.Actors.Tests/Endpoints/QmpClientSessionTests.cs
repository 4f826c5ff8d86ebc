using Akka.Actor;
using Orchestrator.Actors.Endpoints;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Actors.Tests.Endpoints;

/// <summary>A client's connection from its greeting to its end.</summary>
public sealed class QmpClientSessionTests : QmpEndpointTest
{
    [Fact]
    public async Task Greeting_waits_for_the_version_of_the_VMs_own_QEMU()
    {
        var hidden = Fake.QmpPath + ".hidden";
        File.Move(Fake.QmpPath, hidden);
        StartVm();
        var client = Connect();
        var greeting = client.ReadLineAsync();
        await SettleVmAsync();
        await SettleAsync(Endpoint);
        Assert.False(greeting.IsCompleted);

        File.Move(hidden, Fake.QmpPath);
        await AdvanceUntilAsync(greeting, step: 0.1);

        Assert.Equal("""{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": "fake"}, "capabilities": ["oob"]}}""", await greeting);
    }

    [Fact]
    public async Task Client_of_a_VM_that_is_never_reached_is_told_and_sent_away()
    {
        File.Delete(Fake.QmpPath);
        StartVm();
        var client = Connect();
        await SettleVmAsync();
        await SettleAsync(Endpoint);
        var told = client.ReadLineAsync();

        await AdvanceUntilAsync(told, step: 1);

        Assert.Contains("HostUnreachable", await told);
        Assert.Null(await client.ReadLineAsync());
    }

    [Fact]
    public async Task Nothing_is_executed_before_the_negotiation_and_the_negotiation_only_once()
    {
        await StartReadyAsync();
        var client = Connect();
        await client.ReadAsync();

        Assert.Equal(("CommandNotFound", "Expecting capabilities negotiation with 'qmp_capabilities'"), await client.RefusalAsync("""{"execute":"query-status"}"""));
        Assert.Equal(("CommandNotFound", "Expecting capabilities negotiation with 'qmp_capabilities'"), await client.RefusalAsync("""{"execute":"guest-ping"}"""));
        Assert.Equal("{}", (await client.AskAsync(EndpointClient.Negotiation)).GetProperty("return").GetRawText());
        Assert.Equal(("CommandNotFound", "Capabilities negotiation is already complete, command ignored"), await client.RefusalAsync(EndpointClient.Negotiation));
        Assert.Equal("running", (await client.AskAsync("""{"execute":"query-status"}""")).GetProperty("return").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Events_begin_with_the_negotiation_and_keep_QEMUs_order_and_clock()
    {
        await StartReadyAsync();
        var client = Connect();
        await client.ReadAsync();
        await Qmp.Peer.EventAsync("BALLOON_CHANGE", """{"actual": 1}""");
        await EventAsync("BALLOON_CHANGE");
        await client.AskAsync(EndpointClient.Negotiation);

        await Qmp.Peer.EventAsync("BALLOON_CHANGE", """{"actual": 2}""");
        await Qmp.Peer.EventAsync("X_NO_CLOCK", seconds: -1);

        Assert.Equal("""{"timestamp": {"seconds": 1700000000, "microseconds": 123456}, "event": "BALLOON_CHANGE", "data": {"actual":2}}""", await client.ReadLineAsync());
        Assert.Equal("""{"timestamp": {"seconds": -1, "microseconds": -1}, "event": "X_NO_CLOCK"}""", await client.ReadLineAsync());
    }

    [Fact]
    public async Task Event_that_came_before_an_answer_is_told_before_it()
    {
        await StartReadyAsync();
        var client = await NegotiatedAsync();
        for (var round = 0; round < 20; round++)
        {
            await client.SendAsync("""{"execute":"cont"}""");
            var command = await Qmp.NextAsync("cont");
            await Qmp.Peer.SendRawAsync("{\"timestamp\": {\"seconds\": 1, \"microseconds\": 2}, \"event\": \"RESUME\"}\r\n{\"return\": {}, \"id\": " + command.Id + "}\r\n");

            Assert.Equal("RESUME", (await client.ReadAsync()).GetProperty("event").GetString());
            Assert.Equal("{}", (await client.ReadAsync()).GetProperty("return").GetRawText());
        }
    }

    [Fact]
    public async Task Events_of_the_guest_namespace_come_beside_QEMUs_to_every_client()
    {
        await StartReadyAsync();
        var (first, second) = (await NegotiatedAsync(), await NegotiatedAsync());

        await Qmp.Peer.EventAsync("RESET", """{"guest": true, "reason": "guest-reset"}""");

        foreach (var client in new[] { first, second })
        {
            Assert.Equal("RESET", (await client.ReadAsync()).GetProperty("event").GetString());
            var reboot = await client.ReadAsync();
            Assert.Equal("GUEST_REBOOT", reboot.GetProperty("event").GetString());
            Assert.Equal("guest-reset", reboot.GetProperty("data").GetProperty("reason").GetString());
        }
    }

    [Fact]
    public async Task Client_stays_while_QEMUs_monitor_is_reached_anew_and_its_command_waits_for_it()
    {
        await StartReadyAsync();
        var client = await NegotiatedAsync();
        await Qmp.Peer.DisposeAsync();
        await ShowsAsync(vm => vm.State == Actors.Vms.VmState.Unreachable);

        var answer = client.AskAsync("""{"execute":"query-name","id":1}""");
        var again = await AdvanceUntilAsync(Fake.Qmp.AcceptAsync(), step: 0.2);

        Assert.Equal("Web One", (await answer).GetProperty("return").GetProperty("name").GetString());
        await again.Peer.EventAsync("POWERDOWN");
        Assert.Equal("POWERDOWN", (await client.ReadAsync()).GetProperty("event").GetString());
    }

    [Fact]
    public async Task Command_waits_for_QEMU_only_so_long()
    {
        await StartReadyAsync();
        var client = await NegotiatedAsync();
        File.Delete(Fake.QmpPath);
        await Qmp.Peer.DisposeAsync();
        await ShowsAsync(vm => vm.State == Actors.Vms.VmState.Unreachable);

        var answer = await AdvanceUntilAsync(client.AskAsync("""{"execute":"query-name","id":1}"""), step: 1);

        Assert.Equal(1, answer.GetProperty("id").GetInt32());
        var (kind, description) = EndpointClient.Error(answer);
        Assert.Equal("GenericError", kind);
        Assert.StartsWith("HostUnreachable: ", description);
    }

    [Fact]
    public async Task Client_of_a_VM_that_leaves_is_sent_away()
    {
        await StartReadyAsync();
        var client = await NegotiatedAsync();

        Sys.Stop(Vm);

        Assert.Null(await client.ReadLineAsync());
    }

    [Fact]
    public async Task Client_that_leaves_takes_back_what_was_not_written()
    {
        await StartReadyAsync();
        Fake.Hold("guest-ping");
        var (first, second) = (await NegotiatedAsync(), await NegotiatedAsync());
        await first.SendAsync("""{"execute":"guest-ping"}""");
        var ping = await Agent.NextAsync("guest-ping");
        await second.SendAsync("""{"execute":"guest-get-time"}{"execute":"guest-get-osinfo"}""");
        await SettleVmAsync();

        await second.LeaveAsync();
        await AwaitAssertAsync(() => Assert.Single(((ActorRefWithCell)Endpoint).Children), Limit);
        await SettleVmAsync();
        await Agent.Peer.ReturnAsync(ping, "{}");
        await first.ReadAsync();

        await first.SendAsync("""{"execute":"guest-ping"}""");
        await Agent.NextAsync("guest-ping");
        Assert.False(Agent.HasNext);
    }

    [Fact]
    public async Task One_client_too_many_is_told_so_and_the_next_place_is_free_again()
    {
        EndpointSettings = new EndpointSettings { MaxClients = 1 };
        await StartReadyAsync();
        var first = await NegotiatedAsync();

        var second = Connect();
        Assert.Contains("has 1 clients already", EndpointClient.Error(await second.ReadAsync()).Description);
        Assert.Null(await second.ReadLineAsync());

        await first.LeaveAsync();
        await AwaitAssertAsync(() => Assert.Empty(((ActorRefWithCell)Endpoint).Children), Limit);
        await NegotiatedAsync();
    }

    [Fact]
    public async Task Client_that_does_not_read_delays_nobody()
    {
        await StartReadyAsync();
        var silent = new MemoryConnection();
        Endpoint.Tell(new EndpointCommands.Serve(new Protocol.Qmp.Server.QmpServerConnection(silent.Client, new() { MaxWaitingMessages = 2 }), "web1", Vm));
        await new EndpointClient(silent).NegotiateAsync();
        var client = await NegotiatedAsync();
        silent.StopReading();

        for (var number = 0; number < 5; number++)
            await Qmp.Peer.EventAsync("BALLOON_CHANGE", $$"""{"actual": {{number}}}""");

        for (var number = 0; number < 5; number++)
            Assert.Equal(number, (await client.ReadAsync()).GetProperty("data").GetProperty("actual").GetInt32());
        await AwaitAssertAsync(() => Assert.Single(((ActorRefWithCell)Endpoint).Children), Limit);
    }
}
