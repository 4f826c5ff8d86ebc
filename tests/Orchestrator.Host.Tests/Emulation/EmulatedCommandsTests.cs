using System.Buffers;
using Orchestrator.Protocol.Qapi;
using Orchestrator.Protocol.Qapi.Introspection;

namespace Orchestrator.Host.Tests.Emulation;

/// <summary>Every command of the schemas is answered, and by its schema.</summary>
public sealed class EmulatedCommandsTests : IDisposable
{
    /// <summary>Arguments of the commands that must have some.</summary>
    private static readonly Dictionary<string, string> Arguments = new()
    {
        ["guest-sync"] = """{"id":7}""",
        ["guest-sync-delimited"] = """{"id":9223372036854775807}""",
        ["guest-exec"] = """{"path":"true"}""",
        ["guest-exec-status"] = """{"pid":1000}""",
        ["guest-file-open"] = """{"path":"/etc/hostname"}""",
        ["guest-file-read"] = """{"handle":1000}""",
        ["guest-file-write"] = """{"handle":1000,"buf-b64":""}""",
        ["guest-file-seek"] = """{"handle":1000,"offset":0,"whence":"set"}""",
        ["guest-file-flush"] = """{"handle":1000}""",
        ["guest-file-close"] = """{"handle":1000}""",
        ["guest-set-vcpus"] = """{"vcpus":[{"logical-id":0,"online":true}]}""",
        ["guest-set-memory-blocks"] = """{"mem-blks":[{"phys-index":0,"online":true}]}""",
        ["guest-set-user-password"] = """{"username":"root","password":"eA==","crypted":false}""",
        ["guest-ssh-get-authorized-keys"] = """{"username":"root"}""",
        ["guest-ssh-add-authorized-keys"] = """{"username":"root","keys":["k"]}""",
        ["guest-ssh-remove-authorized-keys"] = """{"username":"root","keys":["k"]}""",
        ["qom-list"] = """{"path":"/machine/peripheral"}""",
        ["qom-get"] = """{"path":"/machine/peripheral/agent0","property":"chardev"}""",
    };

    private readonly EmulatedGuest _guest = new();

    public static TheoryData<string> GuestCommands => [.. GuestNamespace.BuiltIn.Schema.Commands.Values.Where(command => !command.IsComposite).Select(command => command.Name)];

    public static TheoryData<string> MonitorCommands => [.. new Orchestrator.Host.Emulation.Qmp.MonitorCommands().Schema.Commands.Keys.Where(name => name != "qmp_capabilities")];

    public void Dispose() => _guest.Dispose();

    [Theory]
    [MemberData(nameof(GuestCommands))]
    public void Guest_answers_every_command_by_the_schema(string name)
    {
        _guest.Returns("guest-exec", """{"path":"true"}""");
        _guest.Returns("guest-file-open", """{"path":"/tmp/x","mode":"w+"}""");
        var command = GuestNamespace.BuiltIn.Schema.Commands[name];

        var answer = _guest.Agent(name, Arguments.GetValueOrDefault(name));

        if (name == "guest-get-devices")
            Assert.Equal("CommandNotFound", answer.Error!.Class);
        else if (command.SuccessResponse)
            AssertFits(command, answer.Value);
        else
            Assert.True(answer.IsSilence);
    }

    [Theory]
    [MemberData(nameof(MonitorCommands))]
    public void Monitor_answers_every_command_by_its_schema(string name)
    {
        if (name == "system_wakeup")
            _guest.Vm.Suspend();

        var answer = _guest.Qmp(name, Arguments.GetValueOrDefault(name));

        AssertFits(_guest.Fleet.Monitors.Schema.Commands[name], answer.Value);
    }

    [Fact]
    public void Guest_info_lists_what_is_answered()
    {
        var listed = _guest.Returns("guest-info").GetProperty("supported_commands").EnumerateArray().ToDictionary(
            command => command.GetProperty("name").GetString()!, command => (Enabled: command.GetProperty("enabled").GetBoolean(), Answers: command.GetProperty("success-response").GetBoolean()));

        Assert.Equal(_guest.Fleet.Agents.Names.Order(), listed.Keys.Order());
        Assert.Equal(["guest-get-devices"], listed.Where(command => !command.Value.Enabled).Select(command => command.Key));
        Assert.Equal(["guest-shutdown", "guest-suspend-disk", "guest-suspend-hybrid", "guest-suspend-ram"], listed.Where(command => !command.Value.Answers).Select(command => command.Key).Order());
    }

    [Fact]
    public void Introspection_reads_back_as_the_schema()
    {
        var told = QapiIntrospection.Read(_guest.Qmp("query-qmp-schema").Value.Span);
        var schema = _guest.Fleet.Monitors.Schema;

        Assert.Equal(schema.Commands.Keys.Order(), told.Commands.Keys.Order());
        Assert.Equal(schema.Events.Keys.Order(), told.Events.Keys.Order());
        Assert.Equal(["path: str", "property: str"], told.Commands["qom-get"].Arguments.Select(argument => $"{argument}").Order());
        Assert.NotNull(QmpVocabulary.Read(_guest.Qmp("query-qmp-schema").Value.Span));
    }

    [Theory]
    [InlineData("guest-nope", null, "CommandNotFound", "The command guest-nope has not been found")]
    [InlineData("guest-run", """{"path":"x"}""", "CommandNotFound", "The command guest-run has not been found")]
    [InlineData("guest-get-devices", null, "CommandNotFound", "Command guest-get-devices has been disabled")]
    [InlineData("guest-sync", null, "GenericError", "Parameter 'id' is missing")]
    [InlineData("guest-sync", """{"id":"a"}""", "GenericError", "Invalid parameter type for 'id', expected: integer")]
    [InlineData("guest-ping", """{"x":1}""", "GenericError", "Parameter 'x' is unexpected")]
    public void Guest_refuses_in_the_real_ones_words(string command, string? arguments, string kind, string description)
    {
        var error = _guest.Agent(command, arguments).Error!;

        Assert.Equal((kind, description), (error.Class, error.Description));
    }

    [Fact]
    public void Monitor_refuses_what_its_schema_does_not_have()
    {
        Assert.Equal("CommandNotFound", _guest.Qmp("guest-ping").Error!.Class);
        Assert.Equal("Parameter 'path' is missing", _guest.Qmp("qom-list").Error!.Description);
        Assert.Equal("DeviceNotFound", _guest.Qmp("qom-get", """{"path":"/machine/x","property":"y"}""").Error!.Class);
        Assert.Equal("GenericError", _guest.Qmp("qom-get", """{"path":"/machine/peripheral/agent0","property":"y"}""").Error!.Class);
    }

    private static void AssertFits(QapiCommand command, ReadOnlyMemory<byte> value)
    {
        Assert.True(QapiReply.TryRemarshal(command.Returns, value.Span, new ArrayBufferWriter<byte>(), QapiLimits.Guest, out var violation), violation?.ToString());
    }
}
