using Orchestrator.Protocol.Qapi;
using Orchestrator.Protocol.SourceGenerator.Model;

namespace Orchestrator.Protocol.SourceGenerator.Emitters;

/// <summary>An enum is a struct around the text on the wire, so that a value that the schema does not know is kept.</summary>
internal static class EnumEmitter
{
    public static void Emit(CodeWriter code, QapiEnumType type, ClrTypes types)
    {
        var name = types.NameOf(type);
        var scope = new NameScope(name, "Value", "Names", "IsKnown", "ToString", "Equals", "GetHashCode", "PrintMembers");
        var values = type.Values.Select(value => (Wire: value, Name: scope.Claim(Identifier.Pascal(value.Name)))).ToArray();
        code.Line();
        DocumentationEmitter.Definition(code, type.Documentation);
        DeprecationEmitter.Emit(code, type.Features);
        code.Block($"public readonly record struct {name}", () =>
        {
            code.Line("private readonly string? _value;");
            code.Line();
            code.Line("/// <param name=\"value\">As on the wire; may be a value that the schema does not know.</param>");
            code.Line($"public {name}(string value) => _value = value;");
            code.Line();
            code.Line("/// <summary>As on the wire; empty for the default of this type.</summary>");
            code.Line("public string Value => _value ?? \"\";");
            code.Line();
            code.Line("/// <summary>Whether the schema has this value.</summary>");
            code.Line(values.Length == 0
                ? "public bool IsKnown => false;"
                : $"public bool IsKnown => Value is {string.Join(" or ", values.Select(value => $"Names.{value.Name}"))};");
            foreach (var (wire, property) in values)
            {
                code.Line();
                DocumentationEmitter.Summary(code, wire.Documentation);
                DeprecationEmitter.Emit(code, wire.Features);
                code.Line($"public static {name} {property} => new(Names.{property});");
            }
            code.Line();
            code.Line("/// <inheritdoc/>");
            code.Line("public override string ToString() => Value;");
            code.Line();
            code.Line("/// <summary>The values as constants: <c>switch (x.Value) { case Names.… }</c>.</summary>");
            code.Block("public static class Names", () =>
                code.Lines(values.Select(value => $"public const string {value.Name} = {Identifier.Quote(value.Wire.Name)};")));
        });
    }
}
