namespace Orchestrator.Protocol.Qapi;

/// <summary>An event of a schema.</summary>
public sealed class QapiEvent
{
    internal QapiEvent(string name, QapiObjectType data)
    {
        Name = name;
        DataType = data;
    }

    /// <summary>As on the wire.</summary>
    public string Name { get; }

    /// <summary>The <c>data</c> object; without members when the event carries none.</summary>
    public QapiObjectType DataType { get; }

    /// <summary>Members of <c>data</c> that do not depend on another member's value.</summary>
    public IReadOnlyList<QapiMember> Data => DataType.Members;

    /// <summary>From the comment block of the definition.</summary>
    public QapiDocumentation Documentation { get; internal init; } = QapiDocumentation.None;

    /// <summary>Names of the features of the event.</summary>
    public IReadOnlyList<string> Features { get; internal init; } = [];

    /// <summary>On which builds the event exists; null for everywhere.</summary>
    public QapiCondition? Condition { get; internal init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
