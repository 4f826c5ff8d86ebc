using Orchestrator.Protocol.Qapi;
using Orchestrator.Protocol.SourceGenerator.Model;

namespace Orchestrator.Protocol.SourceGenerator.Emitters;

/// <summary>An event is a record with what the schema lists at the event, or with one property of the named type.</summary>
internal static class EventEmitter
{
    public static void Emit(CodeWriter code, QapiEvent @event, ClrTypes types, NameScope scope)
    {
        var name = scope.Claim(Identifier.PascalOfCapitals(@event.Name) + "Event");
        code.Line();
        DocumentationEmitter.Definition(code, @event.Documentation, @event.Name);
        DeprecationEmitter.Emit(code, @event.Features);
        code.Block($"public sealed record {name} : IQapiEvent<{name}>", () =>
        {
            code.Line("/// <inheritdoc/>");
            code.Line($"public static string EventName => {Identifier.Quote(@event.Name)};");
            if (types.IsNamed(@event.DataType))
                Boxed(code, types, name, @event.DataType);
            else
                Inline(code, types, name, @event.DataType);
        });
    }

    private static void Boxed(CodeWriter code, ClrTypes types, string name, QapiObjectType data)
    {
        code.Line();
        code.Line("/// <summary>What the event carries.</summary>");
        code.Line($"public required {types.NameOf(data)} Data {{ get; init; }}");
        code.Line();
        code.Line("/// <inheritdoc/>");
        code.Line($"public static {name} Read(ref QapiReader reader) => new() {{ Data = {types.Read(data)} }};");
    }

    private static void Inline(CodeWriter code, ClrTypes types, string name, QapiObjectType data)
    {
        var members = ClrMember.Of(data.Members, types, ReservedNames.Of(name), ReservedNames.Locals());
        MembersEmitter.Properties(code, members);
        code.Line();
        code.Line("/// <inheritdoc/>");
        code.Block($"public static {name} Read(ref QapiReader reader)", () => StructEmitter.ReadAndReturn(code, members, types, name));
    }
}
