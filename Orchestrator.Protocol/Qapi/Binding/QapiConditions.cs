using Orchestrator.Protocol.Qapi.Syntax;

namespace Orchestrator.Protocol.Qapi.Binding;

/// <summary>Reads <c>'if': 'SYMBOL'</c> and its nested forms <c>all</c>, <c>any</c>, <c>not</c>.</summary>
internal static class QapiConditions
{
    public static QapiCondition? Read(QapiNode? node) => node is null ? null : ReadOne(node);

    private static QapiCondition ReadOne(QapiNode node)
    {
        if (node is QapiStringNode { Value.Length: > 0 } symbol)
            return new QapiCondition(QapiConditionKind.Symbol, symbol.Value, []);
        if (node is not QapiObjectNode { Properties: [var rule] })
            throw QapiNodes.Unexpected(node, "a symbol, or an object with one of all, any, not");
        return rule.Name switch
        {
            "all" => new QapiCondition(QapiConditionKind.All, null, ReadMany(rule.Value)),
            "any" => new QapiCondition(QapiConditionKind.Any, null, ReadMany(rule.Value)),
            "not" => new QapiCondition(QapiConditionKind.Not, null, [ReadOne(rule.Value)]),
            _ => throw new QapiSchemaException(rule.Position, "one of all, any, not", $"'{rule.Name}'"),
        };
    }

    private static QapiCondition[] ReadMany(QapiNode node) =>
        node is QapiArrayNode { Items.Count: > 0 } operands
            ? [.. operands.Items.Select(ReadOne)]
            : throw QapiNodes.Unexpected(node, "a non-empty array of conditions");
}
