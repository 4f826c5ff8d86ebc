using Orchestrator.Protocol.Qapi;
using Orchestrator.Protocol.SourceGenerator.Model;

namespace Orchestrator.Protocol.SourceGenerator.Emitters;

/// <summary>
/// A command is an extension method of a client. Arguments that the schema lists at the command are parameters, mandatory ones first; those
/// of a named type are one parameter of that type.
/// </summary>
internal sealed class CommandEmitter(CodeWriter code, ClrTypes types)
{
    private readonly NameScope _methods = new();

    public void Emit(QapiCommand command)
    {
        var name = _methods.Claim(Identifier.Pascal(command.Name) + "Async");
        var boxed = types.IsNamed(command.ArgumentsType);
        var arguments = boxed
            ? []
            : ClrMember.Of(command.Arguments.OrderBy(member => member.Optional), types, new NameScope(), ReservedNames.Locals());
        code.Line();
        DocumentationEmitter.Definition(
            code, command.Documentation, command.Name, arguments.Select(argument => (argument.Local.TrimStart('@'), argument.Wire.Documentation)));
        DeprecationEmitter.Emit(code, command.Features);
        code.Line($"public static {(command.Returns is { } returns ? $"Task<{types.Of(returns)}>" : "Task")} {name}({Parameters(command, arguments, boxed)}) =>");
        code.Indented(() =>
        {
            if (boxed)
            {
                code.Line($"client.CallAsync(Encode({Identifier.Quote(command.Name)}, arguments.WriteMembers), {Result(command)}cancellationToken);");
                return;
            }
            if (arguments.Count == 0 && !command.AcceptsOtherArguments)
            {
                code.Line($"client.CallAsync(Encode({Identifier.Quote(command.Name)}), {Result(command)}cancellationToken);");
                return;
            }
            code.Line("client.CallAsync(");
            code.Indented(() =>
            {
                code.Block($"Encode({Identifier.Quote(command.Name)}, writer =>", () =>
                {
                    MembersEmitter.Write(code, arguments, types, member => member.Local);
                    if (command.AcceptsOtherArguments)
                        code.Line("QapiJson.WriteMembers(writer, otherArguments);");
                }, "}),");
                code.Line($"{Result(command)}cancellationToken);");
            });
        });
    }

    private string Parameters(QapiCommand command, IReadOnlyList<ClrMember> arguments, bool boxed) => string.Join(", ",
    [
        "this IQapiClient client",
        .. boxed ? [$"{types.NameOf(command.ArgumentsType)} arguments"] : arguments.Select(argument => $"{argument.DeclaredType} {argument.Local}{(argument.Wire.Optional ? " = null" : "")}"),
        .. command.AcceptsOtherArguments ? ["JsonElement otherArguments = default"] : Array.Empty<string>(),
        "CancellationToken cancellationToken = default",
    ]);

    private string Result(QapiCommand command) =>
        command.Returns is { } returns ? $"static (ref QapiReader reader) => {types.Read(returns)}, " : "";
}
