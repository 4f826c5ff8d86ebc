using Orchestrator.Protocol.Qapi.Syntax;

namespace Orchestrator.Protocol.Qapi.Binding;

/// <summary>Reads <c>features</c>: names, or objects <c>{name, if}</c>.</summary>
internal static class QapiFeatures
{
    public static IReadOnlyList<string> Read(QapiNode? node) => node switch
    {
        null => [],
        QapiArrayNode features => [.. features.Items.Select(Name)],
        _ => throw QapiNodes.Unexpected(node, "an array of features"),
    };

    private static string Name(QapiNode node)
    {
        if (node is not QapiObjectNode feature)
            return QapiNodes.Name(node);
        QapiNodes.AllowKeys(feature, "name", "if");
        QapiConditions.Read(feature["if"]);
        return QapiNodes.Name(QapiNodes.Require(feature, "name"));
    }
}
