using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.SourceGenerator.Model;

/// <summary>A member of an object, or an argument, with its names in C#.</summary>
/// <param name="Wire">As the schema has it.</param>
/// <param name="Type">Its C# type when it is there.</param>
/// <param name="Property">Name of the property.</param>
/// <param name="Local">Name of a variable or parameter.</param>
internal sealed record ClrMember(QapiMember Wire, string Type, string Property, string Local)
{
    public bool IsDeprecated => Wire.Features.Contains("deprecated");

    /// <summary>The type of the property: nullable if the member may be absent.</summary>
    public string DeclaredType => Wire.Optional ? Type + "?" : Type;

    /// <param name="members">Members of one object.</param>
    /// <param name="types">The schema's types.</param>
    /// <param name="properties">Names of the declaring type's members.</param>
    /// <param name="locals">Names of the method's variables and parameters.</param>
    public static IReadOnlyList<ClrMember> Of(IEnumerable<QapiMember> members, ClrTypes types, NameScope properties, NameScope locals) =>
        [.. members.Select(member =>
        {
            var property = properties.Claim(Identifier.Pascal(member.Name));
            return new ClrMember(member, types.Of(member.Type, member.IsBase64), property, Identifier.Escape(locals.Claim(Identifier.Camel(property))));
        })];
}
