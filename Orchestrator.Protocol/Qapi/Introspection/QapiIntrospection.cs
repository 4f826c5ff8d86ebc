namespace Orchestrator.Protocol.Qapi.Introspection;

/// <summary>Reads what a QEMU says of its own wire format.</summary>
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
}
