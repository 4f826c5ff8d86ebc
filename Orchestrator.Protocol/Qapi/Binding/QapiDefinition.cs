using Orchestrator.Protocol.Qapi.Syntax;

namespace Orchestrator.Protocol.Qapi.Binding;

/// <summary>A definition as written: names of types are not looked up yet.</summary>
internal abstract record QapiDefinition(QapiPosition Position, string Name, QapiCommonParts Common);

/// <summary>What every kind of definition may carry.</summary>
internal sealed record QapiCommonParts(QapiDocumentation Documentation, QapiCondition? Condition, IReadOnlyList<string> Features);

internal sealed record QapiEnumDefinition(QapiPosition Position, string Name, QapiCommonParts Common, IReadOnlyList<QapiValueDefinition> Values)
    : QapiDefinition(Position, Name, Common);

internal sealed record QapiStructDefinition(QapiPosition Position, string Name, QapiCommonParts Common, QapiTypeName? Base, IReadOnlyList<QapiMemberDefinition> Members)
    : QapiDefinition(Position, Name, Common);

internal sealed record QapiUnionDefinition(QapiPosition Position, string Name, QapiCommonParts Common, QapiData Base, QapiStringNode Discriminator, IReadOnlyList<QapiMemberDefinition> Branches)
    : QapiDefinition(Position, Name, Common);

internal sealed record QapiAlternateDefinition(QapiPosition Position, string Name, QapiCommonParts Common, IReadOnlyList<QapiMemberDefinition> Branches)
    : QapiDefinition(Position, Name, Common);

internal sealed record QapiCommandDefinition(QapiPosition Position, string Name, QapiCommonParts Common, QapiData Data, QapiTypeName? Returns, QapiCommandFlags Flags)
    : QapiDefinition(Position, Name, Common);

internal sealed record QapiEventDefinition(QapiPosition Position, string Name, QapiCommonParts Common, QapiData Data)
    : QapiDefinition(Position, Name, Common);

internal sealed record QapiCommandFlags(bool Generated, bool SuccessResponse, bool AllowOutOfBand, bool AllowPreconfig, bool Coroutine);

internal sealed record QapiValueDefinition(QapiPosition Position, string Name, QapiCondition? Condition, IReadOnlyList<string> Features);

internal sealed record QapiMemberDefinition(QapiPosition Position, string Name, bool Optional, QapiTypeName Type, QapiCondition? Condition, IReadOnlyList<string> Features);

/// <summary>A use of a type: <c>'Name'</c> or <c>['Name']</c>.</summary>
internal sealed record QapiTypeName(QapiPosition Position, string Name, bool IsArray);

/// <summary>Members given by the name of a type (<see cref="Type"/>), or written in place.</summary>
internal sealed record QapiData(QapiTypeName? Type, IReadOnlyList<QapiMemberDefinition> Members)
{
    public static readonly QapiData Empty = new(null, []);
}
