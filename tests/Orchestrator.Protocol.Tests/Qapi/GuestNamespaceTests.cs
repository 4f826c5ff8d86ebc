using Orchestrator.Protocol.Agent.Composites;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.Tests.Qapi;

public class GuestNamespaceTests
{
    private static readonly QapiSchema Schema = GuestNamespace.BuiltIn.Schema;

    /// <summary>All commands of the agent of QEMU 10 (https://www.qemu.org/docs/master/qapi-qga-index.html): class, arguments, return.</summary>
    public static TheoryData<string, CommandClass, string, string?> AgentCommands => new()
    {
        { "guest-exec", CommandClass.NonIdempotent, "path: str, arg?: [str], env?: [str], input-data?: str, capture-output?: GuestExecCaptureOutput", "GuestExec" },
        { "guest-exec-status", CommandClass.ReadOnly, "pid: int", "GuestExecStatus" },
        { "guest-file-close", CommandClass.NonIdempotent, "handle: int", null },
        { "guest-file-flush", CommandClass.Idempotent, "handle: int", null },
        { "guest-file-open", CommandClass.NonIdempotent, "path: str, mode?: str", "int" },
        { "guest-file-read", CommandClass.NonIdempotent, "handle: int, count?: int", "GuestFileRead" },
        { "guest-file-seek", CommandClass.NonIdempotent, "handle: int, offset: int, whence: GuestFileWhence", "GuestFileSeek" },
        { "guest-file-write", CommandClass.NonIdempotent, "handle: int, buf-b64: str, count?: int", "GuestFileWrite" },
        { "guest-fsfreeze-freeze", CommandClass.NonIdempotent, "", "int" },
        { "guest-fsfreeze-freeze-list", CommandClass.NonIdempotent, "mountpoints?: [str]", "int" },
        { "guest-fsfreeze-status", CommandClass.ReadOnly, "", "GuestFsfreezeStatus" },
        { "guest-fsfreeze-thaw", CommandClass.Idempotent, "", "int" },
        { "guest-fstrim", CommandClass.Idempotent, "minimum?: int", "GuestFilesystemTrimResponse" },
        { "guest-get-cpustats", CommandClass.ReadOnly, "", "[GuestCpuStats]" },
        { "guest-get-devices", CommandClass.ReadOnly, "", "[GuestDeviceInfo]" },
        { "guest-get-disks", CommandClass.ReadOnly, "", "[GuestDiskInfo]" },
        { "guest-get-diskstats", CommandClass.ReadOnly, "", "[GuestDiskStatsInfo]" },
        { "guest-get-fsinfo", CommandClass.ReadOnly, "", "[GuestFilesystemInfo]" },
        { "guest-get-host-name", CommandClass.ReadOnly, "", "GuestHostName" },
        { "guest-get-load", CommandClass.ReadOnly, "", "GuestLoadAverage" },
        { "guest-get-memory-block-info", CommandClass.ReadOnly, "", "GuestMemoryBlockInfo" },
        { "guest-get-memory-blocks", CommandClass.ReadOnly, "", "[GuestMemoryBlock]" },
        { "guest-get-osinfo", CommandClass.ReadOnly, "", "GuestOSInfo" },
        { "guest-get-time", CommandClass.ReadOnly, "", "int" },
        { "guest-get-timezone", CommandClass.ReadOnly, "", "GuestTimezone" },
        { "guest-get-users", CommandClass.ReadOnly, "", "[GuestUser]" },
        { "guest-get-vcpus", CommandClass.ReadOnly, "", "[GuestLogicalProcessor]" },
        { "guest-info", CommandClass.ReadOnly, "", "GuestAgentInfo" },
        { "guest-network-get-interfaces", CommandClass.ReadOnly, "", "[GuestNetworkInterface]" },
        { "guest-network-get-route", CommandClass.ReadOnly, "", "[GuestNetworkRoute]" },
        { "guest-ping", CommandClass.ReadOnly, "", null },
        { "guest-set-memory-blocks", CommandClass.Idempotent, "mem-blks: [GuestMemoryBlock]", "[GuestMemoryBlockResponse]" },
        { "guest-set-time", CommandClass.Idempotent, "time?: int", null },
        { "guest-set-user-password", CommandClass.Idempotent, "username: str, password: str, crypted: bool", null },
        { "guest-set-vcpus", CommandClass.Idempotent, "vcpus: [GuestLogicalProcessor]", "int" },
        { "guest-shutdown", CommandClass.NonIdempotent, "mode?: str", null },
        { "guest-ssh-add-authorized-keys", CommandClass.Idempotent, "username: str, keys: [str], reset?: bool", null },
        { "guest-ssh-get-authorized-keys", CommandClass.ReadOnly, "username: str", "GuestAuthorizedKeys" },
        { "guest-ssh-remove-authorized-keys", CommandClass.Idempotent, "username: str, keys: [str]", null },
        { "guest-suspend-disk", CommandClass.NonIdempotent, "", null },
        { "guest-suspend-hybrid", CommandClass.NonIdempotent, "", null },
        { "guest-suspend-ram", CommandClass.NonIdempotent, "", null },
        { "guest-sync", CommandClass.ReadOnly, "id: int", "int" },
        { "guest-sync-delimited", CommandClass.ReadOnly, "id: int", "int" },
    };

    [Theory]
    [MemberData(nameof(AgentCommands))]
    public void Agent_command_has_its_class_arguments_and_return(string name, CommandClass @class, string arguments, string? returns)
    {
        Assert.True(Schema.TryGetCommand(name, out var command));
        Assert.Equal(@class, command.Class);
        Assert.Equal(arguments, string.Join(", ", command.Arguments));
        Assert.Equal(returns, command.Returns?.Name);
        Assert.False(command.IsComposite);
    }

    [Fact]
    public void There_are_44_agent_commands_and_three_of_our_own()
    {
        Assert.Equal(44, AgentCommands.Count());
        var ours = Schema.Commands.Values.Where(command => command.IsComposite).Select(command => command.Name).Order(StringComparer.Ordinal);
        Assert.Equal(["guest-run", "guest-view-file", "guest-write-file"], ours);
        Assert.Equal(ours, CompositeCommands.Names.Order(StringComparer.Ordinal));
        Assert.Equal(47, Schema.Commands.Count);
        Assert.All(Schema.Commands.Keys, name => Assert.StartsWith("guest-", name));
    }

    [Fact]
    public void Four_commands_are_not_answered_on_success() =>
        Assert.Equal(
            ["guest-shutdown", "guest-suspend-disk", "guest-suspend-hybrid", "guest-suspend-ram"],
            Schema.Commands.Values.Where(command => !command.SuccessResponse).Select(command => command.Name).Order());

    [Fact]
    public void Exec_status_is_the_only_read_that_is_answered_once() =>
        Assert.Equal(["guest-exec-status"], Schema.Commands.Values.Where(command => command.IsDestructiveRead).Select(command => command.Name));

    [Fact]
    public void Bytes_are_marked_as_base64()
    {
        var marked =
            from owner in Schema.Commands.Values.Select(command => command.ArgumentsType).Concat(Schema.Types.Values.OfType<QapiObjectType>())
            from member in owner.Members
            where member.IsBase64
            select $"{owner.Name}.{member.Name}";

        Assert.Equal(
            [
                "GuestExecStatus.err-data", "GuestExecStatus.out-data", "GuestFileRead.buf-b64", "GuestRunResult.err-data", "GuestRunResult.out-data",
                "guest-exec arguments.input-data", "guest-file-write arguments.buf-b64", "guest-run arguments.input-data",
                "guest-set-user-password arguments.password", "guest-write-file arguments.buf-b64",
            ],
            marked.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Guest_types_are_those_of_the_plan() =>
        Assert.Equal(
            ["linux", "windows", "freebsd", "netbsd", "openbsd", "solaris"],
            ((QapiEnumType)Schema.Types["GuestType"]).Values.Select(value => value.Name));

    [Fact]
    public void Events_carry_their_data()
    {
        Assert.Equal(
            ["GUEST_AGENT_LOST", "GUEST_AGENT_RESTARTED", "GUEST_EXEC_COMPLETED", "GUEST_FILESYSTEM_CHANGED", "GUEST_FSFREEZE_CHANGED", "GUEST_NETWORK_CHANGED", "GUEST_QUARANTINED", "GUEST_REBOOT", "GUEST_SHUTDOWN", "GUEST_STARTUP", "GUEST_USERS_CHANGED"],
            Schema.Events.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("GuestInfo", Schema.Events["GUEST_STARTUP"].DataType.Name);
        Assert.All(Schema.Events.Values, @event => Assert.NotEmpty(@event.Data));
    }

    [Fact]
    public void Everything_is_documented_down_to_the_member()
    {
        Assert.All(Schema.Commands.Values, command => AssertDocumented(command.Name, command.Documentation, command.Arguments));
        Assert.All(Schema.Events.Values, @event => AssertDocumented(@event.Name, @event.Documentation, []));
        foreach (var type in Schema.Types.Values.OfType<QapiObjectType>())
            AssertDocumented(type.Name, type.Documentation, type.Members);
        foreach (var type in Schema.Types.Values.OfType<QapiEnumType>().Where(type => type.Name != "QType"))
            Assert.All(type.Values, value => Assert.False(string.IsNullOrEmpty(value.Documentation), $"{type.Name}.{value.Name}"));
        foreach (var type in Schema.Types.Values.OfType<QapiAlternateType>())
            Assert.All(type.Branches, branch => Assert.False(string.IsNullOrEmpty(branch.Documentation), $"{type.Name}.{branch.Name}"));
    }

    private static void AssertDocumented(string name, QapiDocumentation documentation, IReadOnlyList<QapiMember> members)
    {
        Assert.False(string.IsNullOrEmpty(documentation.Text), name);
        Assert.False(string.IsNullOrEmpty(documentation.Since), name);
        Assert.All(members, member => Assert.False(string.IsNullOrEmpty(member.Documentation), $"{name}.{member.Name}"));
        Assert.Equal([], documentation.Members.Keys.Except(members.Select(member => member.Name)));
    }
}
