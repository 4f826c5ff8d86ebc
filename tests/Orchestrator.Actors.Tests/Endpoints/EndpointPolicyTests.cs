using System.Collections.Frozen;
using System.Text;
using Orchestrator.Actors.Endpoints;
using Orchestrator.Actors.Tests.Vms;
using Orchestrator.Actors.Vms;
using Orchestrator.Actors.Vms.Qmp;
using Orchestrator.Protocol.Qmp.Server;

namespace Orchestrator.Actors.Tests.Endpoints;

public sealed class EndpointPolicyTests
{
    private static readonly VmEvents.Seen Vm = new(Conditions.Ready, new AgentPort("qga0", "agent0", true), null);

    [Theory]
    [InlineData("quit", "{}")]
    [InlineData("human-monitor-command", """{"command-line":"quit"}""")]
    [InlineData("getfd", """{"fdname":"a"}""")]
    [InlineData("add-fd", "{}")]
    [InlineData("chardev-remove", """{"id":"qga0"}""")]
    [InlineData("chardev-change", """{"backend":{},"id":"qga0"}""")]
    [InlineData("device_del", """{"id":"agent0"}""")]
    public void Command_that_would_break_the_hold_is_denied_with_a_way_out(string command, string arguments)
    {
        var denial = Decide(command, arguments, Vm);

        Assert.Equal("GenericError", denial!.Value.Class);
        Assert.Contains($"{command}: ", denial.Value.Description);
        Assert.EndsWith($"(endpoint: allow: [{command}])", denial.Value.Description);
        Assert.Null(Decide(command, arguments, Vm, command));
    }

    [Theory]
    [InlineData("query-status", "{}")]
    [InlineData("cont", "{}")]
    [InlineData("system_reset", "{}")]
    [InlineData("closefd", """{"fdname":"a"}""")]
    [InlineData("chardev-remove", """{"id":"other"}""")]
    [InlineData("chardev-remove", """{"id":7}""")]
    [InlineData("chardev-remove", "{}")]
    [InlineData("chardev-add", """{"id":"qga0"}""")]
    [InlineData("device_del", """{"id":"disk0"}""")]
    public void Other_commands_pass(string command, string arguments) => Assert.Null(Decide(command, arguments, Vm));

    [Fact]
    public void Port_that_is_not_known_protects_nothing() =>
        Assert.Null(Decide("chardev-remove", """{"id":"qga0"}""", Vm with { Port = null }));

    [Fact]
    public void Port_without_an_id_is_no_device_of_that_name() =>
        Assert.Null(Decide("device_del", """{"id":"agent0"}""", Vm with { Port = new AgentPort("qga0", null, true) }));

    private static (string Class, string Description)? Decide(string command, string arguments, VmEvents.Seen vm, params string[] allowed)
    {
        var bytes = new System.Buffers.ReadOnlySequence<byte>(Encoding.UTF8.GetBytes($$"""{"execute":"{{command}}","arguments":{{arguments}}}"""));
        var request = QmpRequest.Read(new QmpInputReader(new QmpServerOptions()).Read(ref bytes)!, outOfBand: false);
        return EndpointPolicy.Decide(request, vm, allowed.ToFrozenSet()) is { } error ? (error.Class, error.Description) : null;
    }
}
