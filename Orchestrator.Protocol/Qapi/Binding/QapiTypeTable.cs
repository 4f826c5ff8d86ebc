using Orchestrator.Protocol.Qapi.Transcoding;

namespace Orchestrator.Protocol.Qapi.Binding;

/// <summary>The types declared so far, and the arrays made of them (one per element type).</summary>
internal sealed class QapiTypeTable
{
    private readonly Dictionary<string, QapiType> _named = new(StringComparer.Ordinal);
    private readonly Dictionary<QapiType, QapiArrayType> _arrays = [];

    public QapiTypeTable()
    {
        foreach (var builtin in QapiBuiltinType.All.Values)
            Add(builtin);
        Add(new QapiEnumType("QType", [.. ((string[])["none", "qnull", "qnum", "qstring", "qdict", "qlist", "qbool"])
            .Select(name => new QapiEnumValue(name, null, null, []))]));
    }

    public IEnumerable<QapiType> Named => _named.Values;

    public void Add(QapiType type) => _named.Add(type.Name, type);

    public bool Contains(string name) => _named.ContainsKey(name);

    public QapiType Get(string name) => _named[name];

    public QapiType Resolve(QapiTypeName name)
    {
        if (!_named.TryGetValue(name.Name, out var type))
            throw Unknown(name);
        if (!name.IsArray)
            return type;
        if (!_arrays.TryGetValue(type, out var array))
            _arrays.Add(type, array = new QapiArrayType(type));
        return array;
    }

    private QapiSchemaException Unknown(QapiTypeName name)
    {
        var hint = NearestName.Suggestion(name.Name, _named.Keys);
        return new QapiSchemaException(name.Position, "a type that the schema defines", $"'{name.Name}'{(hint is null ? "" : $". {hint}")}");
    }

    public QapiMember Member(QapiMemberDefinition definition, QapiDocumentation documentation)
    {
        var member = new QapiMember(
            definition.Name, Resolve(definition.Type), definition.Optional, definition.Features, definition.Condition,
            documentation.Members.GetValueOrDefault(definition.Name));
        return member is { IsBase64: true, Type: not QapiBuiltinType { Kind: QapiBuiltinKind.String } }
            ? throw new QapiSchemaException(definition.Position, "type 'str' for a member with feature 'base64'", $"'{member.Type}'")
            : member;
    }
}
