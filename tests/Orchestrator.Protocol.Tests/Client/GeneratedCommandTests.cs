using System.Reflection;
using System.Text.Json;
using Orchestrator.Protocol.Client;
using Orchestrator.Protocol.Guest;
using Orchestrator.Protocol.Qapi;
using Orchestrator.Protocol.Qemu;
using Orchestrator.Protocol.Tests.Qapi;

namespace Orchestrator.Protocol.Tests.Client;

public class GeneratedCommandTests
{
    [Fact]
    public async Task Absent_optional_arguments_are_not_sent()
    {
        var client = new RecordingClient("""{"pid":7}""");

        var started = await client.GuestExecAsync("/bin/true");

        Assert.Equal(7, started.Pid);
        Assert.Equal("""{"path":"/bin/true"}""", client.Arguments);
    }

    [Fact]
    public async Task Given_arguments_are_sent_by_their_types()
    {
        var client = new RecordingClient("""{"pid":7}""");

        await client.GuestExecAsync("/bin/cat", arg: ["-", "ü"], inputData: new byte[] { 255 }, captureOutput: GuestExecCaptureOutputMode.Merged);

        Assert.Equal("""{"path":"/bin/cat","arg":["-","ü"],"input-data":"/w==","capture-output":"merged"}""", client.Arguments);
    }

    [Fact]
    public async Task Argument_that_the_schema_refuses_is_not_sent()
    {
        var client = new RecordingClient();

        var refused = await Assert.ThrowsAsync<QapiValidationException>(
            () => client.GuestExecAsync("/bin/cat", captureOutput: new GuestExecCaptureOutputMode("meged")));

        Assert.Equal("arguments.capture-output", refused.Path);
        Assert.Null(client.Sent);
    }

    [Fact]
    public async Task Arguments_that_the_schema_does_not_list_are_passed_on()
    {
        var client = new RecordingClient();

        await client.DeviceAddAsync("virtio-net-pci", id: "net1", otherArguments: JsonElement.Parse("""{"netdev":"n1"}"""));

        Assert.Equal("""{"driver":"virtio-net-pci","id":"net1","netdev":"n1"}""", client.Arguments);
    }

    [Fact]
    public async Task Union_is_sent_with_its_tag_and_its_branch()
    {
        var client = new RecordingClient();

        await client.TransactionAsync(
        [
            new TransactionAction.BlockdevSnapshot { Data = new() { Data = new() { Node = "a", Overlay = "b" } } },
            new TransactionAction.Abort { Data = new() { Data = new() } },
        ]);

        Assert.Equal("""{"actions":[{"type":"blockdev-snapshot","data":{"node":"a","overlay":"b"}},{"type":"abort","data":{}}]}""", client.Arguments);
    }

    [Fact]
    public async Task Unknown_enum_value_and_unknown_branch_of_a_newer_QEMU_are_kept()
    {
        const string Processor = """{"cpu-index":0,"qom-path":"/m","thread-id":1,"target":"new","heat":{"now":3}}""";

        var status = await new RecordingClient("""{"running":false,"status":"dreaming"}""").QueryStatusAsync();
        var processor = Assert.Single(await new RecordingClient($"[{Processor}]").QueryCpusFastAsync());

        Assert.Equal(("dreaming", false), (status.Status.Value, status.Status.IsKnown));
        Assert.Equal(3, Assert.IsType<CpuInfoFast.Unknown>(processor).Raw.GetProperty("heat").GetProperty("now").GetInt32());
        Assert.Equal("/m", processor.QomPath);
        Assert.True(GeneratedTypes.Same(System.Text.Encoding.UTF8.GetBytes(Processor), QapiJson.Write(processor.Write)));
    }

    [Fact]
    public async Task Enum_is_switched_by_its_names()
    {
        var status = await new RecordingClient("""{"running":false,"status":"io-error"}""").QueryStatusAsync();

        Assert.True(status.Status.Value switch { RunState.Names.IoError => true, _ => false });
        Assert.Equal(RunState.IoError, status.Status);
        Assert.Null(status.Singlestep);
    }

    [Theory]
    [InlineData("""{"running":"yes","status":"running"}""", "return.running")]
    [InlineData("""{"running":true}""", "return.status")]
    [InlineData("""[]""", "return")]
    [InlineData("""{"running":true,"status":"running"} 1""", "return")]
    public async Task Answer_that_does_not_fit_is_a_violation_with_its_path(string answer, string path)
    {
        var violation = await Assert.ThrowsAsync<CommandViolationException>(() => new RecordingClient(answer).QueryStatusAsync());

        Assert.Equal(("query-status", path), (violation.Command, violation.Violation.Path));
    }

    [Theory]
    [InlineData(typeof(GuestCommands))]
    [InlineData(typeof(QmpCommands))]
    public async Task Every_command_of_the_schema_is_a_method_that_sends_it(Type commands)
    {
        var schema = commands == typeof(GuestCommands) ? GuestNamespace.BuiltIn.Schema : GeneratedTypes.Qmp;
        var methods = commands.GetMethods(BindingFlags.Public | BindingFlags.Static);
        var sent = new List<string>();

        foreach (var method in methods)
        {
            var client = new RecordingClient();
            // An answer that does not fit comes after the command was sent.
            var ended = (Task)method.Invoke(null, [client, .. method.GetParameters().Skip(1).Select(Plain)])!;
            await ended.ContinueWith(_ => { }, TaskScheduler.Default);
            sent.Add(client.Sent.Name);
            Assert.Equal(commands == typeof(GuestCommands), client.Sent.FromGuest);
        }

        Assert.Equal(schema.Commands.Keys.Order(StringComparer.Ordinal), sent.Order(StringComparer.Ordinal));
    }

    private static object? Plain(ParameterInfo parameter)
    {
        if (parameter.HasDefaultValue)
            return parameter.ParameterType.IsValueType && parameter.DefaultValue is null ? Default(parameter.ParameterType) : parameter.DefaultValue;
        var type = parameter.ParameterType;
        if (type == typeof(string))
            return "";
        if (GeneratedTypes.All.FirstOrDefault(known => known.Clr == type) is { Clr: not null } generated)
            return GeneratedTypes.Read(type, System.Text.Encoding.UTF8.GetBytes(ValuesOfType.Plainest(generated.Type)));
        return type.IsValueType ? Default(type) : Array.CreateInstance(type.GetGenericArguments()[0], 0);
    }

    private static object? Default(Type type) => Nullable.GetUnderlyingType(type) is null ? System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(type) : null;
}
