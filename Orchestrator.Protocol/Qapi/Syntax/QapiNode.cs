namespace Orchestrator.Protocol.Qapi.Syntax;

/// <summary>A value of the schema's JSON dialect, with its position for error messages.</summary>
internal abstract record QapiNode(QapiPosition Position)
{
    public abstract string Description { get; }
}

internal sealed record QapiObjectNode(QapiPosition Position, IReadOnlyList<QapiProperty> Properties) : QapiNode(Position)
{
    public override string Description => "an object";

    public QapiNode? this[string name] => Properties.FirstOrDefault(property => property.Name == name)?.Value;
}

internal sealed record QapiArrayNode(QapiPosition Position, IReadOnlyList<QapiNode> Items) : QapiNode(Position)
{
    public override string Description => "an array";
}

internal sealed record QapiStringNode(QapiPosition Position, string Value) : QapiNode(Position)
{
    public override string Description => $"string '{Value}'";
}

internal sealed record QapiBooleanNode(QapiPosition Position, bool Value) : QapiNode(Position)
{
    public override string Description => Value ? "true" : "false";
}

internal sealed record QapiProperty(string Name, QapiPosition Position, QapiNode Value);
