using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Orchestrator.Protocol.Qapi.Introspection;

/// <summary>
/// QEMU's answers about itself with the guest namespace in them. What the guest namespace has as a command replaces what QEMU has under that name,
/// since the agent will be asked; an event that QEMU has stays QEMU's, since QEMU sends it.
/// </summary>
public static class MergedIntrospection
{
    /// <summary>Merges the <c>return</c> of <c>query-qmp-schema</c>. QEMU's entries are kept as they are; references hold, every name is there once.</summary>
    /// <exception cref="QapiIntrospectionException">QEMU's answer is no introspection.</exception>
    public static byte[] Schema(ReadOnlySpan<byte> qemu, GuestNamespace guest)
    {
        ArgumentNullException.ThrowIfNull(guest);
        using var parsed = SchemaEntries.Parse(qemu);
        var kept = parsed.All.FindAll(entry => !(entry.MetaType == "command" && guest.Schema.Commands.ContainsKey(entry.Name)));
        var output = new ArrayBufferWriter<byte>(qemu.Length * 2);
        using var writer = new Utf8JsonWriter(output);
        writer.WriteStartArray();
        foreach (var entry in kept)
            writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(entry.Body), skipInputValidation: true);
        var own = new GuestEntries(writer, kept);
        foreach (var command in guest.Schema.Commands.Values.OrderBy(command => command.Name, StringComparer.Ordinal))
            own.Write(command);
        foreach (var @event in guest.Schema.Events.Values.OrderBy(@event => @event.Name, StringComparer.Ordinal))
        {
            if (!kept.Exists(entry => entry.Name == @event.Name))
                own.Write(@event);
        }
        own.WriteTypes();
        writer.WriteEndArray();
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Merges the <c>return</c> of <c>query-commands</c>: an array of <c>{"name": …}</c>.</summary>
    /// <exception cref="QapiIntrospectionException">QEMU's answer is not of that form.</exception>
    public static byte[] Commands(ReadOnlySpan<byte> qemu, GuestNamespace guest)
    {
        ArgumentNullException.ThrowIfNull(guest);
        return Names(qemu, guest.Schema.Commands.Keys);
    }

    /// <summary>Merges the <c>return</c> of <c>query-events</c>, which QEMU had until 5.2; of the same form.</summary>
    /// <exception cref="QapiIntrospectionException">QEMU's answer is not of that form.</exception>
    public static byte[] Events(ReadOnlySpan<byte> qemu, GuestNamespace guest)
    {
        ArgumentNullException.ThrowIfNull(guest);
        return Names(qemu, guest.Schema.Events.Keys);
    }

    private static byte[] Names(ReadOnlySpan<byte> qemu, IEnumerable<string> own)
    {
        using var document = SchemaEntries.ParseDocument(qemu);
        var names = document.RootElement.ValueKind == JsonValueKind.Array
            ? document.RootElement.EnumerateArray().Select((body, index) => NameOf(new SchemaEntry(index, "", "", body))).ToList()
            : throw new QapiIntrospectionException("the text", "an array", document.RootElement.ValueKind.ToString());
        var output = new ArrayBufferWriter<byte>(qemu.Length * 2);
        using var writer = new Utf8JsonWriter(output);
        writer.WriteStartArray();
        foreach (var name in names.Union(own.Order(StringComparer.Ordinal), StringComparer.Ordinal))
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, name);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    private static string NameOf(SchemaEntry entry) =>
        entry.Body.ValueKind == JsonValueKind.Object ? entry.Text("name") : throw entry.Unexpected("an object", entry.Body.ValueKind.ToString());
}
