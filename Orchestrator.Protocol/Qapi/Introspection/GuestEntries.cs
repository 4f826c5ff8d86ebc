using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Protocol.Qapi.Introspection;

/// <summary>
/// Writes entries for the guest namespace behind QEMU's, by the rules of QEMU's own generator: types are masked by numbers in the order of their
/// use, every integer is <c>int</c>, arrays are called by their element, a union lists all its tags.
/// </summary>
internal sealed class GuestEntries
{
    /// <summary>Stands for every object without content, as QEMU's <c>q_empty</c> does.</summary>
    private static readonly QapiObjectType Empty = new("q_empty");

    private readonly Utf8JsonWriter _writer;
    private readonly HashSet<string> _names;
    private readonly Dictionary<QapiType, string> _masks = [];
    private readonly Queue<QapiType> _used = new();
    private int _nextMask;

    /// <param name="writer">Within the array of entries.</param>
    /// <param name="qemu">QEMU's entries, already written: their built-in types, arrays and empty object are used, their names are taken.</param>
    public GuestEntries(Utf8JsonWriter writer, IReadOnlyList<SchemaEntry> qemu)
    {
        _writer = writer;
        _names = qemu.Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal);
        _nextMask = qemu.Count(entry => entry.MetaType is "enum" or "object" or "alternate");
        if (EmptyObject(qemu) is { } empty)
            _masks.Add(Empty, empty);
    }

    public void Write(QapiCommand command)
    {
        _writer.WriteStartObject();
        Head(command.Name, "command", command.Features);
        _writer.WriteString("arg-type"u8, Use(command.ArgumentsType));
        _writer.WriteString("ret-type"u8, command.Returns is { } returns ? Use(returns) : Masked(Empty));
        if (command.AllowOutOfBand)
            _writer.WriteBoolean("allow-oob"u8, true);
        _writer.WriteEndObject();
    }

    public void Write(QapiEvent @event)
    {
        _writer.WriteStartObject();
        Head(@event.Name, "event", @event.Features);
        _writer.WriteString("arg-type"u8, Use(@event.DataType));
        _writer.WriteEndObject();
    }

    /// <summary>Writes the types that were used so far, and those that they use.</summary>
    public void WriteTypes()
    {
        while (_used.TryDequeue(out var type))
            Write(type);
    }

    /// <summary>The empty object that commands of QEMU's own take as arguments; others are empty structs.</summary>
    private static string? EmptyObject(IReadOnlyList<SchemaEntry> qemu)
    {
        var empty = qemu.Where(IsEmptyObject).Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal);
        return qemu.Where(entry => entry.MetaType == "command").Select(entry => entry.Text("arg-type")).FirstOrDefault(empty.Contains);
    }

    private static bool IsEmptyObject(SchemaEntry entry) =>
        entry.MetaType == "object" && !entry.Has("tag") && entry.Body.TryGetProperty("members"u8, out var members) && members.GetArrayLength() == 0;

    /// <returns>The name by which entries refer to the type.</returns>
    private string Use(QapiType type) => type switch
    {
        QapiBuiltinType { Kind: QapiBuiltinKind.Integer } => Named("int", type),
        QapiBuiltinType => Named(type.Name, type),
        QapiArrayType array => Named($"[{Use(array.Element)}]", array),
        QapiObjectType { Members.Count: 0, Discriminator: null } => Masked(Empty),
        _ => Masked(type),
    };

    private string Named(string name, QapiType type)
    {
        if (_names.Add(name))
            _used.Enqueue(type);
        return name;
    }

    private string Masked(QapiType type)
    {
        if (_masks.TryGetValue(type, out var mask))
            return mask;
        do
            mask = (_nextMask++).ToString(CultureInfo.InvariantCulture);
        while (!_names.Add(mask));
        _masks.Add(type, mask);
        _used.Enqueue(type);
        return mask;
    }

    private void Write(QapiType type)
    {
        _writer.WriteStartObject();
        switch (type)
        {
            case QapiBuiltinType builtin:
                Head(Use(type), "builtin", []);
                _writer.WriteString("json-type"u8, JsonTypeOf(builtin));
                break;
            case QapiArrayType array:
                Head(Use(type), "array", []);
                _writer.WriteString("element-type"u8, Use(array.Element));
                break;
            case QapiEnumType @enum:
                Head(Use(type), "enum", type.Features);
                Values(@enum);
                break;
            case QapiAlternateType alternate:
                Head(Use(type), "alternate", type.Features);
                Objects("members"u8, alternate.Branches, branch => _writer.WriteString("type"u8, Use(branch.Type)));
                break;
            case QapiObjectType @object:
                Head(Use(type), "object", type.Features);
                Members(@object);
                break;
        }
        _writer.WriteEndObject();
    }

    private void Head(string name, string metaType, IReadOnlyList<string> features)
    {
        _writer.WriteString("name"u8, name);
        _writer.WriteString("meta-type"u8, metaType);
        Features(features);
    }

    /// <summary><c>values</c> is deprecated, and still written by every QEMU.</summary>
    private void Values(QapiEnumType type)
    {
        Objects("members"u8, type.Values, value =>
        {
            _writer.WriteString("name"u8, value.Name);
            Features(value.Features);
        });
        Texts("values"u8, type.Values.Select(value => value.Name));
    }

    private void Members(QapiObjectType type)
    {
        Objects("members"u8, type.Members, member =>
        {
            _writer.WriteString("name"u8, member.Name);
            _writer.WriteString("type"u8, Use(member.Type));
            if (member.Optional)
                _writer.WriteNull("default"u8);
            Features(member.Features);
        });
        if (type.Discriminator is not { } tag)
            return;
        _writer.WriteString("tag"u8, tag.Name);
        Objects("variants"u8, ((QapiEnumType)tag.Type).Values, value =>
        {
            _writer.WriteString("case"u8, value.Name);
            _writer.WriteString("type"u8, type.Branches.TryGetValue(value.Name, out var branch) ? Use(branch) : Masked(Empty));
        });
    }

    private void Features(IReadOnlyList<string> features)
    {
        if (features.Count > 0)
            Texts("features"u8, features);
    }

    private void Objects<T>(ReadOnlySpan<byte> member, IReadOnlyList<T> items, Action<T> write)
    {
        _writer.WriteStartArray(member);
        foreach (var item in items)
        {
            _writer.WriteStartObject();
            write(item);
            _writer.WriteEndObject();
        }
        _writer.WriteEndArray();
    }

    private void Texts(ReadOnlySpan<byte> member, IEnumerable<string> texts)
    {
        _writer.WriteStartArray(member);
        foreach (var text in texts)
            _writer.WriteStringValue(text);
        _writer.WriteEndArray();
    }

    private static string JsonTypeOf(QapiBuiltinType type) => type.Kind switch
    {
        QapiBuiltinKind.String => "string",
        QapiBuiltinKind.Integer => "int",
        QapiBuiltinKind.Number => "number",
        QapiBuiltinKind.Boolean => "boolean",
        QapiBuiltinKind.Null => "null",
        _ => "value",
    };
}
