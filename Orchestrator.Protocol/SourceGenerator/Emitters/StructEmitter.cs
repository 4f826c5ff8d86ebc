using Orchestrator.Protocol.Qapi;
using Orchestrator.Protocol.SourceGenerator.Model;

namespace Orchestrator.Protocol.SourceGenerator.Emitters;

/// <summary>A struct is a record with a property for each member.</summary>
internal static class StructEmitter
{
    public static void Emit(CodeWriter code, QapiObjectType type, ClrTypes types)
    {
        var name = types.NameOf(type);
        var members = ClrMember.Of(type.Members, types, ReservedNames.Of(name), ReservedNames.Locals());
        code.Line();
        DocumentationEmitter.Definition(code, type.Documentation);
        DeprecationEmitter.Emit(code, type.Features);
        code.Block($"public sealed record {name}", () =>
        {
            MembersEmitter.Properties(code, members);
            code.Line();
            code.Line("/// <summary>Reads an object; members that are not known are skipped.</summary>");
            code.Line("/// <exception cref=\"QapiReadException\">It does not fit the schema.</exception>");
            code.Block($"public static {name} Read(ref QapiReader reader)", () => ReadAndReturn(code, members, types, name));
            code.Line();
            WriteMethods(code, members, types);
        });
    }

    /// <summary>The body of a method that reads an object and returns the record.</summary>
    public static void ReadAndReturn(CodeWriter code, IReadOnlyList<ClrMember> members, ClrTypes types, string name)
    {
        MembersEmitter.ReadLocals(code, members, types);
        code.Block($"return new {name}", () => code.Lines(MembersEmitter.Initializers(members)), "};");
    }

    public static void WriteMethods(CodeWriter code, IReadOnlyList<ClrMember> members, ClrTypes types)
    {
        WriteMethod(code, "public");
        code.Line();
        code.Block("internal void WriteMembers(Utf8JsonWriter writer)", () => MembersEmitter.Write(code, members, types, member => member.Property));
    }

    /// <summary>The method that writes the braces around the members.</summary>
    public static void WriteMethod(CodeWriter code, string modifiers)
    {
        code.Line("/// <summary>Writes the object; what is null is left out.</summary>");
        code.Block($"{modifiers} void Write(Utf8JsonWriter writer)", () =>
        {
            code.Line("writer.WriteStartObject();");
            code.Line("WriteMembers(writer);");
            code.Line("writer.WriteEndObject();");
        });
    }
}
