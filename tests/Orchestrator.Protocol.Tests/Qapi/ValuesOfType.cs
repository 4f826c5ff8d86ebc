using System.Globalization;
using CsCheck;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.Tests.Qapi;

/// <summary>Generates compact JSON that a type accepts, exactly as the re-marshalling would write it.</summary>
internal static class ValuesOfType
{
    private static readonly Gen<string> Words = Gen.OneOf("", "a", "eth0", "/dev/vda", "Grüße", "日本", "a\\\"b", "\\u0000", "\\n", "\\\\");

    /// <summary>Deeper than this, types that contain themselves do so no more.</summary>
    private const int MaxDepth = 5;

    public static Gen<string> Of(QapiType? type, int depth = 0) => type switch
    {
        null => Gen.Const("{}"),
        QapiBuiltinType builtin => Builtin(builtin),
        QapiEnumType @enum => Gen.OneOf<string>([.. @enum.Values.Select(value => Quoted(value.Name)), "\"from-a-newer-agent\""]),
        QapiArrayType array => Of(array.Element, depth).Array[0, 3].Select(items => $"[{string.Join(',', items)}]"),
        QapiAlternateType alternate => Gen.OneOf<string>([.. alternate.Branches.Select(branch => Of(branch.Type, depth))]),
        QapiObjectType @object => Object(@object, depth),
        _ => throw new InvalidOperationException(type.Name),
    };

    /// <summary>The plainest value of a type: only mandatory members, empty strings and arrays.</summary>
    public static string Plainest(QapiType type) => type switch
    {
        QapiBuiltinType { Kind: QapiBuiltinKind.Boolean } => "true",
        QapiBuiltinType { Kind: QapiBuiltinKind.Integer or QapiBuiltinKind.Number } => "1",
        QapiBuiltinType { Kind: QapiBuiltinKind.String } or QapiEnumType => "\"\"",
        QapiArrayType => "[]",
        QapiAlternateType alternate => Plainest(alternate.Branches[0].Type),
        QapiObjectType @object => $"{{{string.Join(',', @object.Members.Where(member => !member.Optional).Select(member => $"\"{member.Name}\":{Plainest(member.Type)}"))}}}",
        _ => "null",
    };

    private static Gen<string> Builtin(QapiBuiltinType type) => type.Kind switch
    {
        QapiBuiltinKind.String => Words.Select(Quoted),
        QapiBuiltinKind.Integer => Gen.OneOf<string>(
            [type.Minimum.ToString(CultureInfo.InvariantCulture), type.Maximum.ToString(CultureInfo.InvariantCulture), "0", "7"]),
        QapiBuiltinKind.Number => Gen.OneOf("0", "-1", "0.5", "1.25"),
        QapiBuiltinKind.Boolean => Gen.OneOf("true", "false"),
        QapiBuiltinKind.Null => Gen.Const("null"),
        _ => Gen.OneOf("null", "[1,{\"a\":\"b\"}]", "\"x\""),
    };

    private static Gen<string> Object(QapiObjectType type, int depth)
    {
        if (type.Discriminator is not { } discriminator)
            return Members(type.Members, depth);
        // One shape for each tag: the members of the base without the tag, then of the branch, then the tag itself.
        var tags = ((QapiEnumType)discriminator.Type).Values.Select(value => value.Name);
        return Gen.OneOf<string>([.. tags.Select(tag =>
        {
            var branch = type.Branches.TryGetValue(tag, out var found) ? found.Members : [];
            var members = type.Members.Where(member => member != discriminator).Concat(branch);
            return Members([.. members], depth).Select(json => $"{json[..^1]}{(json == "{}" ? "" : ",")}\"{discriminator.Name}\":{Quoted(tag)}}}");
        })]);
    }

    private static Gen<string> Members(IReadOnlyList<QapiMember> members, int depth) =>
        Gen.Int[0, int.MaxValue].SelectMany(presence =>
            members.Where((member, index) => !member.Optional || depth < MaxDepth && (presence >> (index % 31) & 1) == 1)
                .Aggregate(Gen.Const(""), (before, member) => Gen.Select(before, Value(member, depth + 1), (json, value) => $"{json}{(json == "" ? "" : ",")}\"{member.Name}\":{value}"))
                .Select(json => $"{{{json}}}"));

    private static Gen<string> Value(QapiMember member, int depth) => member.IsBase64 ? Gen.OneOf("\"\"", "\"YQ==\"", "\"+/+/\"") : Of(member.Type, depth);

    private static string Quoted(string text) => $"\"{text}\"";
}
