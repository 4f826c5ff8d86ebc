using System.Buffers;
using System.Collections.Frozen;
using System.Text.Json;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.Agent;

/// <summary>
/// An event that an agent of the user's own sent without being asked: <c>{"event": NAME, "data": {…}}</c>, as QEMU's are. A claim of the guest's.
/// A <c>timestamp</c> is not read: the guest's clock proves nothing.
/// </summary>
/// <param name="Name">One of <see cref="GuestNamespace.AgentEvents"/>.</param>
/// <param name="Data">Re-marshalled JSON of <c>data</c>; <c>{}</c> when the message had none.</param>
public sealed record AgentEvent(string Name, ReadOnlyMemory<byte> Data)
{
    /// <summary>Decodes a message that is an event for <see cref="Framing.Envelope"/>.</summary>
    /// <returns>Null for an event that is not one of <paramref name="known"/>, or whose data does not fit its schema.</returns>
    internal static AgentEvent? Parse(ReadOnlySpan<byte> message, FrozenDictionary<string, QapiEvent> known)
    {
        if (!TryReadMembers(message, out var name, out var data) || !known.TryGetValue(name, out var @event))
            return null;
        var output = new ArrayBufferWriter<byte>(Math.Max(data.Length, 16));
        return QapiReply.TryRemarshal(@event, data, output, QapiLimits.Guest, out _) ? new AgentEvent(@event.Name, output.WrittenMemory) : null;
    }

    private static bool TryReadMembers(ReadOnlySpan<byte> message, out string name, out ReadOnlySpan<byte> data)
    {
        name = "";
        data = "{}"u8;
        var hasData = false;
        var reader = new Utf8JsonReader(message);
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isName = reader.ValueTextEquals("event"u8);
                var isData = reader.ValueTextEquals("data"u8);
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                if (isName)
                    name = reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
                reader.Skip();
                if (!isData)
                    continue;
                if (hasData)
                    return false;
                hasData = true;
                data = message[start..(int)reader.BytesConsumed];
            }
            return true;
        }
        catch (InvalidOperationException)
        {
            // A name that is not valid Unicode.
            return false;
        }
    }
}
