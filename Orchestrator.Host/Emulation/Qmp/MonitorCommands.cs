using System.Text;
using System.Text.Json;
using Orchestrator.Protocol.Qapi;
using Orchestrator.Protocol.Qapi.Introspection;
using Orchestrator.Protocol.Qmp.Server;

namespace Orchestrator.Host.Emulation.Qmp;

/// <summary>What an emulated QEMU answers. It knows the commands of <c>monitor.json</c> and says so; every other has not been found.</summary>
internal sealed class MonitorCommands
{
    private const string SchemaFile = "monitor.json";
    private const string Port = "agent0";
    private const long MemoryBytes = 512L << 20;
    private static readonly Answer Version = Answer.Of("""{"qemu": {"micro": 0, "minor": 0, "major": 10}, "package": "emulated"}""");
    private readonly Answer _introspection;
    private readonly Answer _names;

    /// <summary>Reads the schema.</summary>
    public MonitorCommands()
    {
        using var stream = typeof(MonitorCommands).Assembly.GetManifestResourceStream(typeof(MonitorCommands), SchemaFile)!;
        using var reader = new StreamReader(stream);
        Schema = QapiSchema.Load(new QapiTextSource(new Dictionary<string, string> { [SchemaFile] = reader.ReadToEnd() }), SchemaFile);
        _introspection = new Answer(QapiIntrospection.Write(Schema), null);
        _names = Answer.Of($"[{string.Join(", ", Schema.Commands.Keys.Order(StringComparer.Ordinal).Select(name => $$"""{"name": "{{name}}"}"""))}]");
    }

    /// <summary>The greeting (QMP specification, section 2.2). The package is the place where a QEMU says who built it.</summary>
    public static ReadOnlyMemory<byte> Greeting { get; } =
        "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 0, \"minor\": 0, \"major\": 10}, \"package\": \"emulated\"}, \"capabilities\": [\"oob\"]}}\r\n"u8.ToArray();

    /// <summary>All that is understood.</summary>
    public QapiSchema Schema { get; }

    /// <summary>Answers a command, other than those of the negotiation; what it does to the VM is done when this returns.</summary>
    public Answer Execute(EmulatedVm vm, QmpRequest request)
    {
        if (!Schema.TryGetCommand(request.Command, out var command))
            return Answer.Failure(QmpErrors.Unknown(request.Command));
        if (request.OutOfBand && !command.AllowOutOfBand)
            return Answer.Failure(QmpErrors.NoOutOfBand(request.Command));
        if (QapiArguments.Check(command, request.Arguments.IsEmpty ? "{}"u8 : request.Arguments.Span) is { } violation)
            return Answer.Failure(QmpErrors.Of(violation));
        return command.Name switch
        {
            "stop" => Done(vm.Stop),
            "cont" when vm.RunState == "shutdown" => Answer.Failure("Resetting the Virtual Machine is required"),
            "cont" => Done(vm.Continue),
            "system_reset" => Done(() => vm.Reset(byGuest: false)),
            "system_powerdown" => Done(vm.PowerDown),
            "system_wakeup" => vm.Wake() ? Answer.Empty : Answer.Failure("Unable to wake up: guest is not in suspended state"),
            "qom-list" => Answer.Of(ListOf(TextOf(request, "path"u8))),
            "qom-get" => PropertyOf(TextOf(request, "path"u8), TextOf(request, "property"u8)),
            _ => Query(vm, command.Name),
        };
    }

    private Answer Query(EmulatedVm vm, string query) => query switch
    {
        "query-version" => Version,
        "query-commands" => _names,
        "query-qmp-schema" => _introspection,
        "query-status" => Answer.Of($$"""{"status": "{{vm.RunState}}", "singlestep": false, "running": {{(vm.IsRunning ? "true" : "false")}}}"""),
        "query-name" => Answer.Of($$"""{"name": {{JsonSerializer.Serialize(vm.Persona.Name, EmulationJson.Default.String)}}}"""),
        "query-uuid" => Answer.Of($$"""{"UUID": "{{vm.Persona.Id}}"}"""),
        "query-kvm" => Answer.Of("""{"enabled": false, "present": false}"""),
        "query-target" => Answer.Of("""{"arch": "x86_64"}"""),
        "query-memory-size-summary" => Answer.Of($$"""{"base-memory": {{MemoryBytes}}, "plugged-memory": 0}"""),
        "query-cpus-fast" => Answer.Of("""[{"thread-id": 1, "cpu-index": 0, "qom-path": "/machine/unattached/device[0]", "target": "x86_64"}]"""),
        "query-block" => Answer.Of("[]"),
        "query-chardev" => Answer.Of($$"""[{"frontend-open": {{(vm.PortIsOpen ? "true" : "false")}}, "filename": {{JsonSerializer.Serialize(vm.AgentAddress, EmulationJson.Default.String)}}, "label": "qga"}]"""),
        _ => throw new InvalidOperationException($"{SchemaFile} has {query}, and nothing answers it"),
    };

    private static Answer Done(Action change)
    {
        change();
        return Answer.Empty;
    }

    private static string TextOf(QmpRequest request, ReadOnlySpan<byte> member)
    {
        using var arguments = JsonDocument.Parse(request.Arguments);
        return arguments.RootElement.GetProperty(Encoding.UTF8.GetString(member)).GetString()!;
    }

    private static string ListOf(string path) => path == "/machine/peripheral"
        ? $$"""[{"name": "type", "type": "string"}, {"name": "{{Port}}", "type": "child<virtserialport>"}]"""
        : """[{"name": "type", "type": "string"}]""";

    private static Answer PropertyOf(string path, string property) => (path, property) switch
    {
        ($"/machine/peripheral/{Port}", "chardev") => Answer.Of("\"qga\""),
        ($"/machine/peripheral/{Port}", "name") => Answer.Of("\"org.qemu.guest_agent.0\""),
        ($"/machine/peripheral/{Port}", _) => Answer.Failure($"Property 'virtserialport.{property}' not found"),
        _ => Answer.Failure(new Protocol.Commands.CommandError("DeviceNotFound", $"Device '{path}' not found")),
    };
}
