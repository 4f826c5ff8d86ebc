using System.Text.Json;

namespace Orchestrator.Protocol.Qmp;

/// <summary>The server's first message (QMP specification, section 2.2).</summary>
/// <param name="Version">QEMU's version, <c>major.minor.micro</c>.</param>
/// <param name="OffersOutOfBand">Whether the capability <c>oob</c> is offered: only sockets have it.</param>
/// <param name="Package">What the distribution calls it; often empty.</param>
public sealed record QmpGreeting(string Version, bool OffersOutOfBand, string Package = "")
{
    /// <summary>Reads the value of the member <c>QMP</c>. Unknown members and capabilities are ignored.</summary>
    internal static bool TryParse(ReadOnlyMemory<byte> payload, out QmpGreeting? greeting)
    {
        greeting = null;
        try
        {
            using var document = JsonDocument.Parse(payload);
            var said = document.RootElement.GetProperty("version");
            var qemu = said.GetProperty("qemu");
            var version = $"{qemu.GetProperty("major").GetInt32()}.{qemu.GetProperty("minor").GetInt32()}.{qemu.GetProperty("micro").GetInt32()}";
            var outOfBand = document.RootElement.GetProperty("capabilities").EnumerateArray()
                .Any(capability => capability.ValueKind == JsonValueKind.String && capability.ValueEquals("oob"u8));
            var package = said.TryGetProperty("package", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString()! : "";
            greeting = new QmpGreeting(version, outOfBand, package);
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return false;
        }
    }
}
