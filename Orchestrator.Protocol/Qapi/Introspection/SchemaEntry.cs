using System.Text.Json;

namespace Orchestrator.Protocol.Qapi.Introspection;

/// <summary>One element of the answer to <c>query-qmp-schema</c> (QEMU, qapi/introspect.json, <c>SchemaInfo</c>), with checked access to its members.</summary>
internal readonly record struct SchemaEntry(int Index, string Name, string MetaType, JsonElement Body)
{
    private const int MaxQuotedLength = 64;

    public string Text(string member) => Text(Body, member);

    public string? OptionalText(string member) => Body.TryGetProperty(member, out _) ? Text(member) : null;

    public bool Has(string member) => Body.TryGetProperty(member, out _);

    public bool Flag(string member) => Body.TryGetProperty(member, out var value) && value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Unexpected($"true or false as '{member}'", value.ValueKind.ToString()),
    };

    /// <summary>The objects in an array member.</summary>
    public IEnumerable<JsonElement> Objects(string member)
    {
        foreach (var item in Items(Body, member))
            yield return item.ValueKind == JsonValueKind.Object ? item : throw Unexpected($"objects in '{member}'", item.ValueKind.ToString());
    }

    public string Text(JsonElement part, string member) =>
        part.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw Unexpected($"a string '{member}'", value.ValueKind == JsonValueKind.Undefined ? "nothing" : value.ValueKind.ToString());

    /// <summary>The strings in an array member; none when it is absent.</summary>
    public IReadOnlyList<string> Texts(JsonElement part, string member)
    {
        if (!part.TryGetProperty(member, out _))
            return [];
        var texts = new List<string>();
        foreach (var item in Items(part, member))
            texts.Add(item.ValueKind == JsonValueKind.String ? item.GetString()! : throw Unexpected($"strings in '{member}'", item.ValueKind.ToString()));
        return texts;
    }

    public QapiIntrospectionException Unexpected(string expected, string actual) => new($"[{Index}] '{Clip(Name)}'", expected, actual);

    public static string Clip(string text) => text.Length <= MaxQuotedLength ? text : text[..MaxQuotedLength] + "…";

    private JsonElement.ArrayEnumerator Items(JsonElement part, string member) =>
        part.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray()
            : throw Unexpected($"an array '{member}'", value.ValueKind == JsonValueKind.Undefined ? "nothing" : value.ValueKind.ToString());
}
