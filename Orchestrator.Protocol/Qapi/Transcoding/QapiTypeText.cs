namespace Orchestrator.Protocol.Qapi.Transcoding;

/// <summary>Types in the words of an error message.</summary>
internal static class QapiTypeText
{
    private const int MaxListedValues = 24;
    private const int MaxQuotedLength = 64;

    public static string Of(QapiType type) => type switch
    {
        QapiBuiltinType builtin => Of(builtin),
        QapiEnumType { Values.Count: > MaxListedValues } @enum => $"a value of {@enum.Name}",
        QapiEnumType @enum => $"one of {string.Join(", ", @enum.Values.Select(value => value.Name))}",
        QapiArrayType array => $"an array of {array.Element.Name}",
        QapiAlternateType alternate => string.Join(" or ", alternate.Branches.Select(branch => Of(branch.Type))),
        _ => "an object",
    };

    /// <summary>A caller's own text, short enough for a message.</summary>
    public static string Clip(string text) => text.Length <= MaxQuotedLength ? text : text[..MaxQuotedLength] + "…";

    private static string Of(QapiBuiltinType type) => type.Kind switch
    {
        QapiBuiltinKind.String => "a string",
        QapiBuiltinKind.Integer => $"an integer from {type.Minimum} to {type.Maximum}",
        QapiBuiltinKind.Number => "a number",
        QapiBuiltinKind.Boolean => "true or false",
        QapiBuiltinKind.Null => "null",
        _ => "a value",
    };
}
