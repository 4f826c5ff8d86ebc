namespace Orchestrator.Protocol.Qapi.Syntax;

internal enum QapiTokenKind
{
    BeginObject,
    EndObject,
    BeginArray,
    EndArray,
    Colon,
    Comma,
    String,
    True,
    False,
    Documentation,
    End,
}

/// <summary>One token; <see cref="Text"/> is the value of a string, or the lines of a documentation block without their comment signs.</summary>
internal readonly record struct QapiToken(QapiTokenKind Kind, string Text, QapiPosition Position)
{
    /// <summary>The token as an error message names it.</summary>
    public string Description => Kind switch
    {
        QapiTokenKind.BeginObject => "'{'",
        QapiTokenKind.EndObject => "'}'",
        QapiTokenKind.BeginArray => "'['",
        QapiTokenKind.EndArray => "']'",
        QapiTokenKind.Colon => "':'",
        QapiTokenKind.Comma => "','",
        QapiTokenKind.String => $"string '{Text}'",
        QapiTokenKind.True => "true",
        QapiTokenKind.False => "false",
        QapiTokenKind.Documentation => "a documentation block",
        _ => "the end of the file",
    };
}
