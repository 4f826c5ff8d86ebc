using System.Buffers;
using System.Text;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.Tests.Qapi;

/// <summary>The result of one decoding, as text.</summary>
internal sealed record Transcoded(string? Json, QapiViolation? Violation)
{
    public static Transcoded Reply(QapiType? returns, string json, QapiLimits? limits = null) => Reply(returns, Encoding.UTF8.GetBytes(json), limits);

    public static Transcoded Reply(QapiType? returns, byte[] json, QapiLimits? limits = null)
    {
        var output = new ArrayBufferWriter<byte>();
        var ok = QapiReply.TryRemarshal(returns, json, output, limits ?? QapiLimits.Guest, out var violation);
        return new Transcoded(ok ? Encoding.UTF8.GetString(output.WrittenSpan) : null, violation);
    }

    public static Transcoded Reply(string command, string json) => Reply(GuestNamespace.BuiltIn.Schema.Commands[command].Returns, json);

    public static Transcoded Normalize(string json, QapiLimits? limits = null) => Normalize(Encoding.UTF8.GetBytes(json), limits);

    public static Transcoded Normalize(byte[] json, QapiLimits? limits = null)
    {
        var output = new ArrayBufferWriter<byte>();
        var ok = QapiReply.TryNormalize(json, output, limits ?? QapiLimits.Qemu, out var violation);
        return new Transcoded(ok ? Encoding.UTF8.GetString(output.WrittenSpan) : null, violation);
    }
}
