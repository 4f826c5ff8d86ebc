using System.Collections.Frozen;

namespace Orchestrator.Protocol.Qapi.Binding;

/// <summary>The rules of flat unions: the discriminator is a mandatory enum member of the base; branches are objects named by its values.</summary>
internal static class QapiUnions
{
    public static QapiMember Discriminator(QapiUnionDefinition union, IReadOnlyList<QapiMember> members)
    {
        var name = union.Discriminator;
        var member = members.FirstOrDefault(member => member.Name == name.Value)
            ?? throw new QapiSchemaException(name.Position, $"a base member of '{union.Name}' as discriminator", $"'{name.Value}'");
        return member is { Type: QapiEnumType, Optional: false }
            ? member
            : throw new QapiSchemaException(name.Position, "a mandatory enum member as discriminator", $"'{member}'");
    }

    public static FrozenDictionary<string, QapiObjectType> Branches(QapiUnionDefinition union, QapiEnumType tags, QapiTypeTable types)
    {
        var branches = new Dictionary<string, QapiObjectType>(StringComparer.Ordinal);
        foreach (var branch in union.Branches)
        {
            if (!tags.Contains(branch.Name))
                throw new QapiSchemaException(branch.Position, $"a value of '{tags.Name}' as branch", $"'{branch.Name}'");
            if (types.Resolve(branch.Type) is not QapiObjectType type)
                throw new QapiSchemaException(branch.Type.Position, "a struct or union as branch", $"'{branch.Type.Name}'");
            branches.Add(branch.Name, type);
        }
        return branches.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
