using Orchestrator.Actors.Endpoints;

namespace Orchestrator.Actors.Tests.Endpoints;

/// <summary>A client's commands: whose they are, in which order, and what is answered.</summary>
public sealed class QmpClientCommandTests : QmpEndpointTest
{
    private const string OutOfBand = """{"execute":"qmp_capabilities","arguments":{"enable":["oob"]}}""";

    [Fact]
    public async Task Guest_and_QEMU_are_asked_on_one_connection_and_any_id_comes_back()
    {
        await StartReadyAsync();
        var client = await NegotiatedAsync();

        var host = await client.AskAsync("""{"execute":"query-name","id":{"a":[1,"\u00e9",null]}}""");
        var guest = await client.AskAsync("""{"execute":"guest-get-osinfo","id":"x"}""");

        Assert.Equal("Web One", host.GetProperty("return").GetProperty("name").GetString());
        Assert.Equal("""{"a":[1,"\u00E9",null]}""", host.GetProperty("id").GetRawText());
        Assert.Equal("debian", guest.GetProperty("return").GetProperty("id").GetString());
        Assert.Equal("x", guest.GetProperty("id").GetString());
    }

    [Fact]
    public async Task In_band_commands_are_executed_one_after_the_other()
    {
        await StartReadyAsync();
        var client = await NegotiatedAsync();
        await client.SendAsync("""{"execute":"first","id":1}{"execute":"guest-ping","id":2}{"execute":"second","id":3}""");
        var first = await Qmp.NextAsync("first");
        await SettleVmAsync();
        Assert.False(Qmp.HasNext);

        await Qmp.Peer.ReturnAsync(first);
        await Qmp.Peer.ReturnAsync(await Qmp.NextAsync("second"));

        for (var id = 1; id <= 3; id++)
            Assert.Equal(id, (await client.ReadAsync()).GetProperty("id").GetInt32());
    }

    [Fact]
    public async Task Arguments_go_to_QEMU_and_its_error_comes_back_as_they_are()
    {
        await StartReadyAsync();
        var client = await NegotiatedAsync();
        await client.SendAsync("""{"execute":"any","arguments":{"x":1.50,"y":[{"z":null}],"\u00e9":18446744073709551615},"id":1}""");

        var command = await Qmp.NextAsync("any");
        await Qmp.Peer.ErrorAsync(command.Id, "DeviceNotFound", "no \\\"x\\\" here");

        Assert.Equal("""{"x":1.50,"y":[{"z":null}],"\u00E9":18446744073709551615}""", command.Arguments.GetRawText());
        Assert.Equal(("DeviceNotFound", "no \"x\" here"), EndpointClient.Error(await client.ReadAsync()));
    }

    [Fact]
    public async Task Out_of_band_command_overtakes_where_it_was_negotiated()
    {
        await StartReadyAsync();
        var client = await NegotiatedAsync(OutOfBand);
        await client.SendAsync("""{"execute":"slow","id":1}{"execute":"slow","id":2}{"exec-oob":"yank","id":3}""");
        var slow = await Qmp.NextAsync("slow");

        var yank = await Qmp.NextAsync("yank");
        await Qmp.Peer.ReturnAsync(yank);

        Assert.Contains("\"exec-oob\"", yank.Line);
        Assert.Equal(3, (await client.ReadAsync()).GetProperty("id").GetInt32());
        await Qmp.Peer.ReturnAsync(slow);
        Assert.Equal(1, (await client.ReadAsync()).GetProperty("id").GetInt32());
    }

    [Theory]
    [InlineData("""{"exec-oob":"guest-ping"}""", "GenericError", "The command guest-ping does not support OOB")]
    [InlineData("""{"execute":"guest-no-such"}""", "CommandNotFound", "The command guest-no-such has not been found")]
    [InlineData("""{"execute":"guest-file-open"}""", "GenericError", "Parameter 'path' is missing")]
    [InlineData("""{"execute":"guest-file-open","arguments":{"path":1}}""", "GenericError", "Invalid parameter type for 'path', expected: string")]
    [InlineData("""{"execute":"guest-file-open","arguments":{"path":"a","x":1}}""", "GenericError", "Parameter 'x' is unexpected")]
    [InlineData("""{"execute":"guest-get-vcpus"}""", "CommandNotFound", "Unsupported: the agent 7.2.22 does not have guest-get-vcpus")]
    [InlineData("""{"execute":"guest-get-users"}""", "CommandNotFound", "DisabledByGuest: the guest's administrator or platform disabled guest-get-users")]
    public async Task Guest_command_that_cannot_be_sent_is_refused_in_QEMUs_form(string text, string kind, string description)
    {
        await StartReadyAsync();
        var client = await NegotiatedAsync(OutOfBand);

        Assert.Equal((kind, description), await client.RefusalAsync(text));
        Assert.False(Agent.HasNext);
    }

    [Fact]
    public async Task Agents_own_error_comes_back_as_it_is()
    {
        Fake.Answers["guest-get-time"] = "!GenericError";
        await StartReadyAsync();
        var client = await NegotiatedAsync();

        Fake.Answers["guest-ping"] = "!SomeClass";

        Assert.Equal(("SomeClass", "refused"), await client.RefusalAsync("""{"execute":"guest-ping"}"""));
    }

    [Theory]
    [InlineData("guest-sync")]
    [InlineData("guest-sync-delimited")]
    public async Task Synchronization_is_answered_without_the_agent(string command)
    {
        await StartReadyAsync();
        Fake.Hold(command);
        var client = await NegotiatedAsync();

        var answer = await client.AskAsync($$"""{"execute":"{{command}}","arguments":{"id":-1234567890123},"id":5}""");

        Assert.Equal((-1234567890123, 5), (answer.GetProperty("return").GetInt64(), answer.GetProperty("id").GetInt32()));
        Assert.Equal("Invalid parameter type for 'id', expected: integer", (await client.RefusalAsync($$$"""{"execute":"{{{command}}}","arguments":{"id":"x"}}""")).Description);
        Assert.False(Agent.HasNext);
    }

    [Fact]
    public async Task Silence_of_the_agent_ends_with_its_reason()
    {
        await StartReadyAsync();
        Fake.Hold("guest-get-time");
        var client = await NegotiatedAsync();
        var asked = client.AskAsync("""{"execute":"guest-get-time"}""");
        await Agent.NextAsync("guest-get-time");

        var (kind, description) = EndpointClient.Error(await AdvanceUntilAsync(asked, step: 5));

        Assert.Equal("GenericError", kind);
        Assert.StartsWith("AgentUnresponsive: ", description);
    }

    [Fact]
    public async Task Commands_that_would_break_the_hold_are_denied()
    {
        await StartReadyAsync();
        var client = await NegotiatedAsync();

        foreach (var text in new[] { """{"execute":"quit"}""", """{"execute":"chardev-remove","arguments":{"id":"agent"}}""", """{"execute":"device_del","arguments":{"id":"port7"}}""" })
            Assert.StartsWith("Denied by Orchestrator's policy: ", (await client.RefusalAsync(text)).Description);

        Assert.False(Qmp.HasNext);
    }

    [Fact]
    public async Task Configuration_lifts_a_denial()
    {
        EndpointSettings = new EndpointSettings { Allowed = ["human-monitor-command"] };
        await StartReadyAsync();
        Fake.Answers["human-monitor-command"] = "\"text\"";
        var client = await NegotiatedAsync();

        Assert.Equal("text", (await client.AskAsync("""{"execute":"human-monitor-command","arguments":{"command-line":"info"}}""")).GetProperty("return").GetString());
    }

    [Fact]
    public async Task Introspection_has_the_guest_namespace_in_it()
    {
        Fake.Answers["query-commands"] = """[{"name": "query-status"}]""";
        await StartReadyAsync();
        Fake.Answers["query-qmp-schema"] = """
            [{"name": "STOP", "meta-type": "event", "arg-type": "0"}, {"name": "0", "meta-type": "object", "members": []},
            {"name": "quit", "meta-type": "command", "arg-type": "0", "ret-type": "0"}]
            """.ReplaceLineEndings("");
        var client = await NegotiatedAsync();

        var commands = await NamesAsync(client, "query-commands");
        var events = await NamesAsync(client, "query-events");
        var schema = await NamesAsync(client, "query-qmp-schema");

        Assert.Superset(new HashSet<string> { "query-status", "guest-ping", "guest-view-file" }, commands);
        Assert.Superset(new HashSet<string> { "STOP", "GUEST_STARTUP" }, events);
        Assert.DoesNotContain("quit", events);
        Assert.Superset(new HashSet<string> { "STOP", "quit", "guest-ping", "GUEST_STARTUP" }, schema);
    }

    [Fact]
    public async Task Introspection_that_is_not_understood_is_an_error()
    {
        Fake.Answers["query-commands"] = """{"what": 1}""";
        await StartReadyAsync();
        var client = await NegotiatedAsync();

        Assert.StartsWith("QEMU's own answer is not understood: ", (await client.RefusalAsync("""{"execute":"query-commands"}""")).Description);
    }

    private static async Task<HashSet<string>> NamesAsync(EndpointClient client, string command) =>
        [.. (await client.AskAsync($$"""{"execute":"{{command}}"}""")).GetProperty("return").EnumerateArray().Select(entry => entry.GetProperty("name").GetString()!)];
}
