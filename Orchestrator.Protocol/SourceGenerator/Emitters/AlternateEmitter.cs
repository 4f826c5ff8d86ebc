using Orchestrator.Protocol.Qapi;
using Orchestrator.Protocol.SourceGenerator.Model;

namespace Orchestrator.Protocol.SourceGenerator.Emitters;

/// <summary>An alternate is a closed set of records, one for each JSON form; a value of a branch's type converts to it by itself.</summary>
internal static class AlternateEmitter
{
    public static void Emit(CodeWriter code, QapiAlternateType type, ClrTypes types)
    {
        var name = types.NameOf(type);
        var scope = ReservedNames.Of(name);
        scope.Claim("Content");
        foreach (var used in type.Branches.Select(branch => types.Of(branch.Type)).Distinct())
            scope.Claim(used);
        var branches = type.Branches.Select(branch => (Wire: branch, Name: scope.Claim(Identifier.Pascal(branch.Name)), Type: types.Of(branch.Type))).ToArray();
        code.Line();
        DocumentationEmitter.Definition(code, type.Documentation);
        DeprecationEmitter.Emit(code, type.Features);
        code.Block($"public abstract record {name}", () =>
        {
            code.Block($"private {name}()", () => { });
            // An interface, which an array becomes, cannot be converted from.
            foreach (var (_, branch, clr) in branches.Where(branch => branch.Wire.Type is not QapiArrayType))
            {
                code.Line();
                code.Line($"public static implicit operator {name}({clr} content) => new {branch}(content);");
            }
            code.Line();
            code.Line("/// <summary>Reads a value by its JSON form.</summary>");
            code.Line("/// <exception cref=\"QapiReadException\">It does not fit the schema.</exception>");
            code.Block($"public static {name} Read(ref QapiReader reader) => reader.Form switch", () =>
            {
                foreach (var (wire, branch, _) in branches)
                    code.Line($"JsonTokenType.{string.Join(" or JsonTokenType.", Forms(wire.Type))} => new {branch}({types.Read(wire.Type)}),");
                code.Line($"_ => throw reader.Unexpected({Identifier.Quote(string.Join(" or ", branches.Select(branch => branch.Wire.Name)))}),");
            }, "};");
            code.Line();
            code.Line("/// <summary>Writes the value, which does not tell its branch.</summary>");
            code.Line("public abstract void Write(Utf8JsonWriter writer);");
            foreach (var (wire, branch, clr) in branches)
            {
                code.Line();
                DocumentationEmitter.Summary(code, wire.Documentation);
                code.Block($"public sealed record {branch}({clr} Content{(clr == "QapiNull" ? " = default" : "")}) : {name}", () =>
                {
                    code.Line("/// <inheritdoc/>");
                    code.Block("public override void Write(Utf8JsonWriter writer)", () => code.Lines(types.Write(wire.Type, false, "Content")));
                });
            }
        });
    }

    private static string[] Forms(QapiType type) => type switch
    {
        QapiArrayType => ["StartArray"],
        QapiObjectType => ["StartObject"],
        QapiBuiltinType { Kind: QapiBuiltinKind.Integer or QapiBuiltinKind.Number } => ["Number"],
        QapiBuiltinType { Kind: QapiBuiltinKind.Boolean } => ["True", "False"],
        QapiBuiltinType { Kind: QapiBuiltinKind.Null } => ["Null"],
        _ => ["String"],
    };
}
