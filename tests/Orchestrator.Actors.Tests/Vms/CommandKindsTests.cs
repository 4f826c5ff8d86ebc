using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Actors.Tests.Vms;

public sealed class CommandKindsTests
{
    [Theory]
    [InlineData("guest-ping", CommandKind.Read)]
    [InlineData("guest-fsfreeze-status", CommandKind.Read)]
    [InlineData("guest-fstrim", CommandKind.Write)]
    [InlineData("guest-shutdown", CommandKind.Write)]
    [InlineData("guest-fsfreeze-freeze", CommandKind.Freeze)]
    [InlineData("guest-fsfreeze-freeze-list", CommandKind.Freeze)]
    [InlineData("guest-fsfreeze-thaw", CommandKind.Thaw)]
    internal void Guest_command_has_its_kind(string name, CommandKind expected) => Assert.Equal(expected, CommandKinds.Of(EncodedCommand.ForGuest(name)));

    [Fact]
    public void QEMUs_commands_read_or_write()
    {
        Assert.Equal(CommandKind.Read, CommandKinds.Of(EncodedCommand.ForQmp("query-status")));
        Assert.Equal(CommandKind.Write, CommandKinds.Of(EncodedCommand.ForQmp("cont")));
    }

    [Fact]
    public void Frozen_agent_takes_what_it_says_it_takes()
    {
        var taken = GuestNamespace.BuiltIn.Schema.Commands.Values.Where(command => command.Arguments.Count == 0)
            .Select(command => EncodedCommand.ForGuest(command.Name)).Where(CommandKinds.IsTakenWhileFrozen).Select(command => command.Name);

        Assert.Equal(["guest-fsfreeze-status", "guest-fsfreeze-thaw", "guest-info", "guest-ping"], taken.Order(StringComparer.Ordinal));
    }
}
