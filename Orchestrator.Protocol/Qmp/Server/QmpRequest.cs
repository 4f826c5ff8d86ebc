using System.Text.Json;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Qmp.Server;

/// <summary>A client's message as a command (QMP specification, section 2.3).</summary>
public sealed record QmpRequest
{
    /// <summary>Name of the command; empty where there is a fault.</summary>
    public string Command { get; private init; } = "";

    /// <summary>The <c>arguments</c> object; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Arguments { get; private init; }

    /// <summary>The <c>id</c>, to be echoed as it is; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Id { get; private init; }

    /// <summary>Asked for with <c>exec-oob</c>.</summary>
    public bool OutOfBand { get; private init; }

    /// <summary>Why this is no command; it is to be answered with this error.</summary>
    public CommandError? Fault { get; private init; }

    /// <summary>Reads a message's members; words of errors are QEMU's.</summary>
    /// <param name="input">A whole message.</param>
    /// <param name="outOfBand">Whether the client negotiated <c>oob</c>.</param>
    public static QmpRequest Read(QmpInput input, bool outOfBand)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Fault is not null)
            return Faulty(input.Fault);
        return input.Json.Span[0] == '{' ? ReadMembers(input.Json, outOfBand) : Faulty("QMP input must be a JSON object");
    }

    private static QmpRequest ReadMembers(ReadOnlyMemory<byte> json, bool outOfBand)
    {
        // The grammar has checked it, and depth was limited there.
        var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = int.MaxValue });
        reader.Read();
        var request = new QmpRequest();
        string? fault = null, verb = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            var (type, start) = (reader.TokenType, (int)reader.TokenStartIndex);
            reader.Skip();
            var value = json[start..(int)reader.BytesConsumed];
            switch (name)
            {
                case "id":
                    request = request with { Id = value };
                    break;
                case "arguments":
                    request = request with { Arguments = value };
                    fault ??= type == JsonTokenType.StartObject ? null : "QMP input member 'arguments' must be an object";
                    break;
                case "execute" or "exec-oob" when name == "execute" || outOfBand:
                    fault ??= type != JsonTokenType.String ? $"QMP input member '{name}' must be a string" : verb is null ? null : $"QMP input member '{name}' clashes with '{verb}'";
                    verb = name;
                    request = request with { Command = type == JsonTokenType.String ? reader.GetString()! : "", OutOfBand = name == "exec-oob" };
                    break;
                default:
                    fault ??= $"QMP input member '{name}' is unexpected";
                    break;
            }
        }
        fault ??= verb is null ? "QMP input lacks member 'execute'" : null;
        return fault is null ? request : Faulty(fault) with { Id = request.Id };
    }

    private static QmpRequest Faulty(string fault) => new() { Fault = new CommandError("GenericError", fault) };
}
