using Orchestrator.Protocol.Qapi.Syntax;

namespace Orchestrator.Protocol.Qapi.Binding;

/// <summary>Turns an expression into the definition it is, by its first key.</summary>
internal static class QapiDefinitionReader
{
    private const string Kinds = "a definition: 'enum', 'struct', 'union', 'alternate', 'command' or 'event'";

    public static QapiDefinition Read(QapiExpression expression)
    {
        var body = expression.Body;
        var kind = body.Properties.FirstOrDefault(property => property.Name is "enum" or "struct" or "union" or "alternate" or "command" or "event")
            ?? throw new QapiSchemaException(body.Position, Kinds, body.Properties is [var first, ..] ? $"key '{first.Name}'" : "an empty object");
        var name = QapiNodes.Name(kind.Value);
        var position = kind.Value.Position;
        var common = new QapiCommonParts(
            Documentation(expression, name), QapiConditions.Read(body["if"]), QapiFeatures.Read(body["features"]));
        switch (kind.Name)
        {
            case "enum":
                QapiNodes.AllowKeys(body, "enum", "data", "prefix", "if", "features");
                if (body["prefix"] is { } prefix)
                    QapiNodes.Text(prefix, "the prefix of the enum's constants in C");
                return new QapiEnumDefinition(position, name, common, QapiMembers.Values(QapiNodes.Require(body, "data")));
            case "struct":
                QapiNodes.AllowKeys(body, "struct", "data", "base", "if", "features");
                return new QapiStructDefinition(position, name, common, QapiMembers.TypeName(body["base"]), QapiMembers.Read(QapiNodes.Require(body, "data")));
            case "union":
                return Union(body, position, name, common);
            case "alternate":
                QapiNodes.AllowKeys(body, "alternate", "data", "if", "features");
                return new QapiAlternateDefinition(position, name, common, QapiMembers.Read(QapiNodes.Require(body, "data")));
            case "command":
                return Command(body, position, name, common);
            default:
                QapiNodes.AllowKeys(body, "event", "data", "boxed", "if", "features");
                return new QapiEventDefinition(position, name, common, Data(body));
        }
    }

    private static QapiUnionDefinition Union(QapiObjectNode body, QapiPosition position, string name, QapiCommonParts common)
    {
        QapiNodes.AllowKeys(body, "union", "base", "discriminator", "data", "if", "features");
        var discriminator = QapiNodes.Require(body, "discriminator");
        return new QapiUnionDefinition(
            position, name, common,
            DataOf(QapiNodes.Require(body, "base")),
            discriminator as QapiStringNode ?? throw QapiNodes.Unexpected(discriminator, "the name of a base member"),
            QapiMembers.Read(QapiNodes.Require(body, "data"), areValues: true));
    }

    private static QapiCommandDefinition Command(QapiObjectNode body, QapiPosition position, string name, QapiCommonParts common)
    {
        QapiNodes.AllowKeys(
            body, "command", "data", "returns", "boxed", "gen", "success-response", "allow-oob", "allow-preconfig", "coroutine", "if", "features");
        var flags = new QapiCommandFlags(
            Generated: QapiNodes.Flag(body, "gen", true),
            SuccessResponse: QapiNodes.Flag(body, "success-response", true),
            AllowOutOfBand: QapiNodes.Flag(body, "allow-oob", false),
            AllowPreconfig: QapiNodes.Flag(body, "allow-preconfig", false),
            Coroutine: QapiNodes.Flag(body, "coroutine", false));
        return new QapiCommandDefinition(position, name, common, Data(body), QapiMembers.TypeName(body["returns"]), flags);
    }

    private static QapiData Data(QapiObjectNode body)
    {
        var boxed = QapiNodes.Flag(body, "boxed", false);
        var data = body["data"];
        if (boxed && data is not QapiStringNode)
            throw new QapiSchemaException((data ?? body).Position, "the name of a type as 'data' of a boxed definition", data?.Description ?? "no 'data'");
        return data is null ? QapiData.Empty : DataOf(data);
    }

    private static QapiData DataOf(QapiNode node) =>
        node is QapiStringNode ? new QapiData(QapiMembers.TypeName(node), []) : new QapiData(null, QapiMembers.Read(node));

    private static QapiDocumentation Documentation(QapiExpression expression, string name)
    {
        if (expression.Documentation is not { Symbol: not null } block)
            return QapiDocumentation.None;
        return block.Symbol == name
            ? block.ToDocumentation()
            : throw new QapiSchemaException(block.Position, $"documentation of '{name}', which follows", $"documentation of '{block.Symbol}'");
    }
}
