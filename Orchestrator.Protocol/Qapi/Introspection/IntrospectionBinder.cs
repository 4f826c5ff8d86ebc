using System.Collections.Frozen;
using Orchestrator.Protocol.Qapi.Binding;

namespace Orchestrator.Protocol.Qapi.Introspection;

/// <summary>Resolves the names in QEMU's introspection. Types refer forward and to themselves, so they are declared first and completed after.</summary>
internal sealed class IntrospectionBinder(List<SchemaEntry> entries)
{
    private readonly Dictionary<string, QapiType> _types = new(StringComparer.Ordinal);

    public QapiSchema Bind()
    {
        foreach (var entry in entries)
            Declare(entry);
        foreach (var entry in entries.Where(entry => entry.MetaType == "array"))
            DeclareArray(entry);
        foreach (var entry in entries)
            Complete(entry);
        IntrospectionShapes.Complete(entries, _types);
        return new QapiSchema(
            entries.Where(entry => entry.MetaType == "command").Select(Command),
            entries.Where(entry => entry.MetaType == "event").Select(Event),
            _types.Values.Where(type => type is not QapiArrayType));
    }

    private void Declare(SchemaEntry entry)
    {
        switch (entry.MetaType)
        {
            case "builtin":
                _types.Add(entry.Name, QapiBuiltinType.FromJsonType(entry.Name, entry.Text("json-type")));
                break;
            case "enum":
                _types.Add(entry.Name, new QapiEnumType(entry.Name, Values(entry)) { Features = Features(entry) });
                break;
            case "object":
                _types.Add(entry.Name, new QapiObjectType(entry.Name) { Features = Features(entry) });
                break;
            case "alternate":
                _types.Add(entry.Name, new QapiAlternateType(entry.Name) { Features = Features(entry) });
                break;
        }
    }

    private void DeclareArray(SchemaEntry entry)
    {
        var element = Resolve(entry, entry.Text("element-type"));
        if (element is QapiArrayType)
            throw entry.Unexpected("elements that are no arrays", $"'{element.Name}'");
        _types.Add(entry.Name, new QapiArrayType(element));
    }

    private void Complete(SchemaEntry entry)
    {
        switch (_types.GetValueOrDefault(entry.Name))
        {
            case QapiObjectType type:
                Complete(entry, type);
                break;
            case QapiAlternateType type:
                type.Complete([.. entry.Objects("members").Select(member => Branch(entry, entry.Text(member, "type")))]);
                break;
        }
    }

    private void Complete(SchemaEntry entry, QapiObjectType type)
    {
        // The presence of 'default' marks an optional member.
        var members = entry.Objects("members").Select(member => new QapiMember(
            entry.Text(member, "name"), Resolve(entry, entry.Text(member, "type")), member.TryGetProperty("default", out _),
            entry.Texts(member, "features"), null, null)).ToArray();
        if (entry.OptionalText("tag") is not { } tag)
        {
            type.Complete(members, null, FrozenDictionary<string, QapiObjectType>.Empty);
            return;
        }
        var discriminator = members.FirstOrDefault(member => member.Name == tag) ?? throw entry.Unexpected("a member that is the tag", "none of that name");
        var tags = discriminator.Type as QapiEnumType ?? throw entry.Unexpected("an enum as the tag's type", $"'{discriminator.Type.Name}'");
        type.Complete(members, discriminator, Branches(entry, tags));
    }

    private FrozenDictionary<string, QapiObjectType> Branches(SchemaEntry entry, QapiEnumType tags)
    {
        var branches = new Dictionary<string, QapiObjectType>(StringComparer.Ordinal);
        foreach (var variant in entry.Objects("variants"))
        {
            var tag = entry.Text(variant, "case");
            if (!tags.Contains(tag) || !branches.TryAdd(tag, ObjectType(entry, entry.Text(variant, "type"))))
                throw entry.Unexpected("each value of the tag at most once in 'variants'", $"'{SchemaEntry.Clip(tag)}'");
        }
        return branches.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private QapiAlternateBranch Branch(SchemaEntry entry, string name)
    {
        var type = Resolve(entry, name);
        return type is QapiAlternateType
            ? throw entry.Unexpected("members with one JSON form", $"the alternate '{type.Name}'")
            : new QapiAlternateBranch(type.Name, type, null);
    }

    private QapiCommand Command(SchemaEntry entry)
    {
        var features = Features(entry);
        return new QapiCommand(entry.Name, ObjectType(entry, entry.Text("arg-type")))
        {
            Returns = Resolve(entry, entry.Text("ret-type")) is var returns && returns is QapiObjectType { Members.Count: 0, Discriminator: null } ? null : returns,
            AllowOutOfBand = entry.Flag("allow-oob"),
            // Introspection does not tell of 'gen': false. From QEMU 7.2 to 11 this is the one such command: the device's properties are not listed.
            AcceptsOtherArguments = entry.Name == "device_add",
            Class = QapiCommandClasses.OfQmp(entry.Name, features),
            Features = features,
        };
    }

    private QapiEvent Event(SchemaEntry entry) => new(entry.Name, ObjectType(entry, entry.Text("arg-type"))) { Features = Features(entry) };

    /// <summary>Since QEMU 6.2 the values have features, in <c>members</c>; before there were only <c>values</c>.</summary>
    private static QapiEnumValue[] Values(SchemaEntry entry)
    {
        QapiEnumValue[] values = entry.Has("members")
            ? [.. entry.Objects("members").Select(member => new QapiEnumValue(entry.Text(member, "name"), null, null, entry.Texts(member, "features")))]
            : [.. entry.Texts(entry.Body, "values").Select(name => new QapiEnumValue(name, null, null, []))];
        return values.DistinctBy(value => value.Name).Count() == values.Length ? values : throw entry.Unexpected("each value once", "one again");
    }

    private static IReadOnlyList<string> Features(SchemaEntry entry) => entry.Texts(entry.Body, "features");

    private QapiType Resolve(SchemaEntry entry, string name) =>
        _types.GetValueOrDefault(name) ?? throw entry.Unexpected("the name of a type", $"'{SchemaEntry.Clip(name)}'");

    private QapiObjectType ObjectType(SchemaEntry entry, string name) =>
        Resolve(entry, name) as QapiObjectType ?? throw entry.Unexpected("the name of an object type", $"'{SchemaEntry.Clip(name)}'");
}
