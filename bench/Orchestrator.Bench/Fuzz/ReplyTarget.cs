using System.Buffers;
using System.Text;
using System.Text.Json;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Bench.Fuzz;

/// <summary>An answer of a guest is decoded to its type or refused. What comes out is strict JSON, and its own re-marshalling.</summary>
public sealed class ReplyTarget : IFuzzTarget
{
    private static readonly QapiCommand[] Commands = [.. GuestNamespace.BuiltIn.Schema.Commands.Values.OrderBy(command => command.Name, StringComparer.Ordinal)];

    /// <inheritdoc/>
    public string Name => "replies";

    /// <summary>The first byte names the command.</summary>
    public IReadOnlyList<byte[]> Seeds { get; } =
    [
        Of("guest-exec-status", """{"exited": true, "exitcode": 0, "out-data": "aGVsbG8=", "out-truncated": false}"""),
        Of("guest-get-osinfo", """{"id": "debian", "pretty-name": "Debian GNU/Linux 12 (bookworm)", "kernel-release": "6.1.0"}"""),
        Of("guest-info", """{"version": "7.2.22", "supported_commands": [{"name": "guest-ping", "enabled": true, "success-response": true}]}"""),
        Of("guest-get-fsinfo", """[{"name": "vda1", "mountpoint": "/", "type": "ext4", "used-bytes": 1, "disk": [{"bus-type": "virtio", "bus": 0, "unit": 0, "target": 0, "pci-controller": {"domain": 0, "bus": 0, "slot": 5, "function": 0}}]}]"""),
        Of("guest-network-get-interfaces", """[{"name": "lo", "ip-addresses": [{"ip-address": "::1", "ip-address-type": "ipv6", "prefix": 128}], "hardware-address": "00:00:00:00:00:00"}]"""),
        Of("guest-get-time", "1700000000000000000"),
        Of("guest-ping", "{}"),
    ];

    /// <inheritdoc/>
    public IReadOnlyList<byte[]> Words { get; } = FuzzRun.WordsOf(
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\ud800", "\\u0000", "\u00c0\u0080", "\u00ff", "null", "true", "-1", "1e999", "18446744073709551616", "0.5", "\"\"", "\"aGVsbG8=\"", "\"aGVsbG8\"", "\"name\":", "\"x\":", " ", "\n");

    /// <inheritdoc/>
    public string Try(byte[] input)
    {
        var command = input.Length == 0 ? Commands[0] : Commands[input[0] % Commands.Length];
        var json = input.AsSpan(Math.Min(1, input.Length));
        var output = new ArrayBufferWriter<byte>();
        if (!QapiReply.TryRemarshal(command.Returns, json, output, QapiLimits.Guest, out var violation))
            return $"{command} {FuzzRun.Depth(violation!.Path)} {violation.Expected}";
        var again = new ArrayBufferWriter<byte>();
        Require.That(QapiReply.TryRemarshal(command.Returns, output.WrittenSpan, again, QapiLimits.Guest, out _), "what was written is refused");
        Require.Equal(Encoding.UTF8.GetString(output.WrittenSpan), Encoding.UTF8.GetString(again.WrittenSpan), "what was written is not stable");
        using var document = JsonDocument.Parse(output.WrittenMemory, new JsonDocumentOptions { AllowDuplicateProperties = false });
        return $"{command} {document.RootElement.ValueKind}";
    }

    private static byte[] Of(string command, string json) => [(byte)Array.FindIndex(Commands, known => known.Name == command), .. Encoding.UTF8.GetBytes(json)];
}
