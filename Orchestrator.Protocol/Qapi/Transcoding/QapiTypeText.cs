namespace Orchestrator.Protocol.Qapi.Transcoding;

/// <summary>Types in the words of an error message.</summary>
internal static class QapiTypeText
{
    private const int MaxListedValues = 24;
    private const int MaxQuotedLength = 64;

    public static string Of(QapiType type) => type switch
    {
        QapiBuiltinType builtin => Of(builtin),
        QapiEnumType { Values.Count: > MaxListedValues, IsMasked: true } @enum => $"one of {Names(@enum.Values.Take(MaxListedValues))}, …",
        QapiEnumType { Values.Count: > MaxListedValues } @enum => $"a value of {@enum.Name}",
        QapiEnumType @enum => $"one of {Names(@enum.Values)}",
        QapiArrayType { Element.IsMasked: true } array => $"an array of {(array.Element is QapiObjectType ? "objects" : "values")}",
        QapiArrayType array => $"an array of {array.Element.Name}",
        QapiAlternateType alternate => string.Join(" or ", alternate.Branches.Select(branch => Of(branch.Type))),
        _ => "an object",
    };

    /// <summary>A caller's own text, short enough for a message.</summary>
    public static string Clip(string text) => text.Length <= MaxQuotedLength ? text : text[..MaxQuotedLength] + "…";

    private static string Names(IEnumerable<QapiEnumValue> values) => string.Join(", ", values.Select(value => value.Name));

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
