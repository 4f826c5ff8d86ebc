namespace Orchestrator.Protocol.Qapi.Transcoding;

/// <summary>What a whole text must be.</summary>
internal readonly record struct QapiTarget(QapiType? Type, bool DropContent, bool AllowOtherMembers)
{
    /// <summary>Any object, written as <c>{}</c>.</summary>
    public static QapiTarget EmptyObject => new(null, DropContent: true, AllowOtherMembers: false);

    /// <summary>Any value, kept.</summary>
    public static QapiTarget Anything => new(null, DropContent: false, AllowOtherMembers: false);

    public static QapiTarget Of(QapiType type) => new(type, DropContent: false, AllowOtherMembers: false);

    /// <param name="command">Its <c>arguments</c> object.</param>
    public static QapiTarget ArgumentsOf(QapiCommand command) => new(command.ArgumentsType, DropContent: false, command.AcceptsOtherArguments);
}

/// <summary>How far a value may go beyond the schema.</summary>
internal enum QapiStrictness
{
    /// <summary>From a peer that may be newer: unknown members are dropped, unknown enum values and tags kept; violations quote nothing.</summary>
    Received,

    /// <summary>From our caller, to be sent: unknown members and values are refused, with a hint.</summary>
    Sent,
}
