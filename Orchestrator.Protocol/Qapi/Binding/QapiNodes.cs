using Orchestrator.Protocol.Qapi.Syntax;

namespace Orchestrator.Protocol.Qapi.Binding;

/// <summary>Typed access to the keys of an expression.</summary>
internal static class QapiNodes
{
    public static void AllowKeys(QapiObjectNode body, params ReadOnlySpan<string> keys)
    {
        foreach (var property in body.Properties)
        {
            if (!keys.Contains(property.Name))
                throw new QapiSchemaException(property.Position, $"one of the keys {string.Join(", ", keys!)}", $"'{property.Name}'");
        }
    }

    public static QapiNode Require(QapiObjectNode body, string key) =>
        body[key] ?? throw new QapiSchemaException(body.Position, $"the key '{key}'", "none");

    public static bool Flag(QapiObjectNode body, string key, bool absent) => body[key] switch
    {
        null => absent,
        QapiBooleanNode flag => flag.Value,
        var other => throw Unexpected(other, "true or false"),
    };

    public static string Text(QapiNode node, string expected) =>
        node is QapiStringNode { Value.Length: > 0 } text ? text.Value : throw Unexpected(node, expected);

    public static string Name(QapiNode node, bool mayStartWithDigit = false) =>
        node is QapiStringNode name && QapiNames.IsValid(name.Value, mayStartWithDigit) ? name.Value : throw Unexpected(node, QapiNames.Rule);

    public static QapiSchemaException Unexpected(QapiNode node, string expected) => new(node.Position, expected, node.Description);
}
