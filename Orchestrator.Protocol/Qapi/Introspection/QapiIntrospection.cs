using System.Buffers;
using System.Text.Json;

namespace Orchestrator.Protocol.Qapi.Introspection;

/// <summary>What a QEMU says of its own wire format.</summary>
public static class QapiIntrospection
{
    /// <summary>Reads the <c>return</c> of <c>query-qmp-schema</c>.</summary>
    /// <remarks>
    /// The names of types are QEMU's masks (<c>94</c>, <c>[94]</c>): only commands, events, members and enum values have names that mean something.
    /// All integers are <c>int</c>, from the smallest of int64 to the largest of uint64. Entries of an unknown kind are left out.
    /// </remarks>
    /// <exception cref="QapiIntrospectionException">It is not of the form that QEMU documents, refers to what is not there, or exceeds a limit.</exception>
    public static QapiSchema Read(ReadOnlySpan<byte> json)
    {
        using var entries = SchemaEntries.Parse(json);
        return new IntrospectionBinder(entries.All).Bind();
    }

    /// <summary>Writes what a QEMU that has the commands and events of a schema, and no others, would answer to <c>query-qmp-schema</c>.</summary>
    public static byte[] Write(QapiSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        var output = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(output);
        writer.WriteStartArray();
        var entries = new GuestEntries(writer, []);
        foreach (var command in schema.Commands.Values.OrderBy(command => command.Name, StringComparer.Ordinal))
            entries.Write(command);
        foreach (var @event in schema.Events.Values.OrderBy(@event => @event.Name, StringComparer.Ordinal))
            entries.Write(@event);
        entries.WriteTypes();
        writer.WriteEndArray();
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }
}
