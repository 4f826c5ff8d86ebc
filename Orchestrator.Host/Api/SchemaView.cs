using System.Text.Json.Serialization;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Host.Api;

/// <summary>A command of the guest namespace, or of a VM's QEMU, as the API shows it (docs/API.md).</summary>
public sealed record SchemaView(
    string Name,
    IReadOnlyList<ArgumentView> Arguments,
    string? Returns,
    CommandClass Class,
    string Documentation)
{
    /// <summary>From the schema.</summary>
    public static SchemaView Of(QapiCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        return new SchemaView(
            command.Name,
            [.. command.Arguments.Select(argument => new ArgumentView(argument.Name, argument.Type.DisplayName, argument.Optional, argument.IsBase64, argument.Documentation))],
            command.Returns?.DisplayName,
            command.Class,
            command.Documentation.Text);
    }
}

/// <summary>An argument of a command.</summary>
/// <param name="Name">As on the wire.</param>
/// <param name="Type">QAPI type; in words where QEMU hides its name.</param>
/// <param name="Optional">May be absent.</param>
/// <param name="Base64">Bytes in base64.</param>
/// <param name="Documentation">What it means.</param>
public sealed record ArgumentView(string Name, string Type, bool Optional, [property: JsonPropertyName("base64")] bool Base64, string? Documentation);
