using System.Diagnostics.CodeAnalysis;
using Orchestrator.Protocol.Qapi.Syntax;

namespace Orchestrator.Protocol.Qapi.Binding;

/// <summary>Reads the member lists of structs, unions, alternates, commands and events, and the values of enums.</summary>
internal static class QapiMembers
{
    /// <param name="node">The object of members.</param>
    /// <param name="areValues">The names are those of an enum's values: the branches of a union.</param>
    public static IReadOnlyList<QapiMemberDefinition> Read(QapiNode node, bool areValues = false) =>
        node is QapiObjectNode members ? [.. members.Properties.Select(member => Member(member, areValues))] : throw QapiNodes.Unexpected(node, "an object of members");

    private static QapiMemberDefinition Member(QapiProperty property, bool isValue)
    {
        // '*name' marks an optional member.
        var optional = property.Name.StartsWith('*');
        var name = optional ? property.Name[1..] : property.Name;
        if (!QapiNames.IsValid(name, mayStartWithDigit: isValue))
            throw new QapiSchemaException(property.Position, QapiNames.Rule, $"'{property.Name}'");
        if (property.Value is not QapiObjectNode detailed)
            return new QapiMemberDefinition(property.Position, name, optional, TypeName(property.Value), null, []);
        QapiNodes.AllowKeys(detailed, "type", "if", "features");
        return new QapiMemberDefinition(
            property.Position, name, optional,
            TypeName(QapiNodes.Require(detailed, "type")),
            QapiConditions.Read(detailed["if"]),
            QapiFeatures.Read(detailed["features"]));
    }

    public static IReadOnlyList<QapiValueDefinition> Values(QapiNode node) =>
        node is QapiArrayNode values ? [.. values.Items.Select(Value)] : throw QapiNodes.Unexpected(node, "an array of enum values");

    private static QapiValueDefinition Value(QapiNode node)
    {
        if (node is not QapiObjectNode detailed)
            return new QapiValueDefinition(node.Position, QapiNodes.Name(node, mayStartWithDigit: true), null, []);
        QapiNodes.AllowKeys(detailed, "name", "if", "features");
        return new QapiValueDefinition(
            node.Position,
            QapiNodes.Name(QapiNodes.Require(detailed, "name"), mayStartWithDigit: true),
            QapiConditions.Read(detailed["if"]),
            QapiFeatures.Read(detailed["features"]));
    }

    [return: NotNullIfNotNull(nameof(node))]
    public static QapiTypeName? TypeName(QapiNode? node) => node switch
    {
        null => null,
        QapiStringNode { Value.Length: > 0 } name => new QapiTypeName(name.Position, name.Value, false),
        QapiArrayNode { Items: [QapiStringNode { Value.Length: > 0 } name] } => new QapiTypeName(name.Position, name.Value, true),
        _ => throw QapiNodes.Unexpected(node, "a type's name, or an array of one type's name"),
    };
}
