using System.Buffers;
using System.Text.Json;

namespace Orchestrator.Protocol.Qapi.Introspection;

/// <summary>The elements of the answer to <c>query-qmp-schema</c>, each name once. Disposing ends the use of their bodies.</summary>
internal sealed class SchemaEntries : IDisposable
{
    private const int MaxEntries = 65_536;

    private readonly JsonDocument _document;

    private SchemaEntries(JsonDocument document) => _document = document;

    public List<SchemaEntry> All { get; } = [];

    /// <exception cref="QapiIntrospectionException">Not an array of objects with a name and a meta-type.</exception>
    public static SchemaEntries Parse(ReadOnlySpan<byte> json)
    {
        var entries = new SchemaEntries(ParseDocument(json));
        try
        {
            entries.Read();
            return entries;
        }
        catch
        {
            entries.Dispose();
            throw;
        }
    }

    /// <summary>Checks the text as any answer of QEMU's is checked, so that nothing about JSON or Unicode is left to go wrong.</summary>
    public static JsonDocument ParseDocument(ReadOnlySpan<byte> json)
    {
        var normalized = new ArrayBufferWriter<byte>(Math.Max(json.Length, 16));
        return QapiReply.TryNormalize(json, normalized, QapiLimits.Qemu, out var violation)
            ? JsonDocument.Parse(normalized.WrittenMemory, new JsonDocumentOptions { MaxDepth = QapiLimits.Qemu.MaxDepth })
            : throw new QapiIntrospectionException(violation!.Path, violation.Expected, violation.Actual);
    }

    public void Dispose() => _document.Dispose();

    private void Read()
    {
        var root = _document.RootElement;
        if (root.ValueKind != JsonValueKind.Array || root.GetArrayLength() > MaxEntries)
            throw new QapiIntrospectionException("the text", $"an array of at most {MaxEntries} entries", root.ValueKind == JsonValueKind.Array ? "more" : root.ValueKind.ToString());
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var body in root.EnumerateArray())
        {
            var entry = new SchemaEntry(All.Count, "", "", body);
            if (body.ValueKind != JsonValueKind.Object)
                throw entry.Unexpected("an object", body.ValueKind.ToString());
            entry = entry with { Name = entry.Text("name") };
            entry = entry with { MetaType = entry.Text("meta-type") };
            if (!names.Add(entry.Name))
                throw entry.Unexpected("each name once", "the name again");
            All.Add(entry);
        }
    }
}
