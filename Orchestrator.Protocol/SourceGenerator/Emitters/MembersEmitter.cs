using Orchestrator.Protocol.SourceGenerator.Model;

namespace Orchestrator.Protocol.SourceGenerator.Emitters;

/// <summary>The parts of a type that come from its members: properties, reading and writing.</summary>
internal static class MembersEmitter
{
    public static void Properties(CodeWriter code, IEnumerable<ClrMember> members)
    {
        foreach (var member in members)
        {
            code.Line();
            DocumentationEmitter.Summary(code, member.Wire.Documentation);
            DeprecationEmitter.Emit(code, member.Wire.Features);
            code.Line($"public {(member.Wire.Optional ? "" : "required ")}{member.DeclaredType} {member.Property} {{ get; init; }}");
        }
    }

    /// <summary>Reads an object into variables, each null while its member has not come.</summary>
    public static void ReadLocals(CodeWriter code, IReadOnlyList<ClrMember> members, ClrTypes types)
    {
        foreach (var member in members)
            code.Line($"{member.Type}? {member.Local} = null;");
        code.Line("reader.ReadStartObject();");
        code.Block("while (reader.ReadMember())", () =>
        {
            var keyword = "if";
            foreach (var member in members)
            {
                code.Line($"{keyword} (reader.IsMember({Identifier.Quote(member.Wire.Name)}u8))");
                code.Line($"    {member.Local} = {types.Read(member.Wire.Type, member.Wire.IsBase64)};");
                keyword = "else if";
            }
            if (members.Count > 0)
                code.Line("else");
            code.Line(members.Count > 0 ? "    reader.Skip();" : "reader.Skip();");
        });
    }

    /// <summary>Property initializers from those variables.</summary>
    public static IEnumerable<string> Initializers(IEnumerable<ClrMember> members) => members.Select(member =>
        member.Wire.Optional
            ? $"{member.Property} = {member.Local},"
            : $"{member.Property} = {member.Local} ?? throw reader.Missing({Identifier.Quote(member.Wire.Name)}),");

    /// <summary>Writes name and value of each member that is there.</summary>
    /// <param name="code">Where to.</param>
    /// <param name="members">Properties or parameters.</param>
    /// <param name="types">The schema's types.</param>
    /// <param name="source">How a member is called here.</param>
    public static void Write(CodeWriter code, IEnumerable<ClrMember> members, ClrTypes types, Func<ClrMember, string> source)
    {
        foreach (var member in members)
        {
            if (member.Wire.Optional)
            {
                // No name that comes from a schema ends so.
                var value = member.Local.TrimStart('@') + "_";
                code.Block($"if ({source(member)} is {{ }} {value})", () => Value(member, value));
            }
            else
            {
                Value(member, source(member));
            }
        }

        void Value(ClrMember member, string value)
        {
            code.Line($"writer.WritePropertyName({Identifier.Quote(member.Wire.Name)}u8);");
            code.Lines(types.Write(member.Wire.Type, member.Wire.IsBase64, value));
        }
    }
}
