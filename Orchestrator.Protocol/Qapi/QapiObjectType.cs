using System.Collections.Frozen;
using System.Text.Json;

namespace Orchestrator.Protocol.Qapi;

/// <summary>A JSON object: a struct, a union, or the members written in place at a command, an event or a union's base.</summary>
public sealed class QapiObjectType : QapiType
{
    internal QapiObjectType(string name)
        : base(name)
    {
    }

    /// <summary>All members that do not depend on the tag, those of the base first.</summary>
    public IReadOnlyList<QapiMember> Members { get; private set; } = [];

    /// <summary>Of a union: the member (an enum) whose value selects the branch. Null for a struct.</summary>
    public QapiMember? Discriminator { get; private set; }

    /// <summary>Of a union: by tag, the type whose members are added. Tags without an entry add nothing.</summary>
    public FrozenDictionary<string, QapiObjectType> Branches { get; private set; } = FrozenDictionary<string, QapiObjectType>.Empty;

    /// <summary>The same, arranged for decoding. Set once all types of the schema are complete.</summary>
    internal QapiObjectShape Shape { get; private set; } = QapiObjectShape.Empty;

    internal void Complete(IReadOnlyList<QapiMember> members, QapiMember? discriminator, FrozenDictionary<string, QapiObjectType> branches)
    {
        Members = members;
        Discriminator = discriminator;
        Branches = branches;
    }

    internal void Complete(QapiObjectShape shape) => Shape = shape;

    internal override bool Accepts(JsonTokenType token) => token is JsonTokenType.StartObject;
}
