using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.Tests.Qapi;

/// <summary>All that a schema says but its documentation, one definition per line, in order of kind and name.</summary>
internal static class SchemaDump
{
    public static string Of(QapiSchema schema) => string.Concat(
    [
        .. schema.Types.Values.Where(type => type is not QapiBuiltinType && type.Name != "QType").OrderBy(type => type.Name, StringComparer.Ordinal).Select(Type),
        .. schema.Commands.Values.OrderBy(command => command.Name, StringComparer.Ordinal).Select(Command),
        .. schema.Events.Values.OrderBy(sent => sent.Name, StringComparer.Ordinal).Select(sent => $"event {sent.Name} {Object(sent.DataType)}{Marks(sent.Features, sent.Condition)}\n"),
    ]);

    private static string Type(QapiType type) => type switch
    {
        QapiEnumType values => $"enum {type} {string.Join(", ", values.Values.Select(value => value.Name + Marks(value.Features, value.Condition)))}",
        QapiAlternateType choices => $"alternate {type} {string.Join(" | ", choices.Branches.Select(branch => $"{branch.Name}: {branch.Type}"))}",
        QapiObjectType members => $"object {type} {Members(members)}",
        _ => $"{type.GetType().Name} {type}",
    } + Marks(type.Features, type.Condition) + "\n";

    private static string Command(QapiCommand command)
    {
        var flags = new[]
        {
            command.AcceptsOtherArguments ? "other-arguments" : "", command.SuccessResponse ? "" : "no-success", command.AllowOutOfBand ? "oob" : "",
            command.AllowPreconfig ? "preconfig" : "", command.Coroutine ? "coroutine" : "", command.Class.ToString(),
        };
        return $"command {command} {Object(command.ArgumentsType)} -> {command.Returns?.Name ?? "nothing"}, {string.Join(", ", flags.Where(flag => flag != ""))}{Marks(command.Features, command.Condition)}\n";
    }

    private static string Object(QapiObjectType type) => type.Name.Contains(' ') ? Members(type) : type.Name;

    private static string Members(QapiObjectType type) =>
        $"({string.Join(", ", type.Members.Select(member => member + Marks(member.Features, member.Condition)))}{(type.Discriminator is { } tag ? $"; by {tag.Name}: {Branches(type)}" : "")})";

    private static string Branches(QapiObjectType type) => string.Join(", ", type.Branches.OrderBy(branch => branch.Key, StringComparer.Ordinal).Select(branch => $"{branch.Key} + {branch.Value}"));

    private static string Marks(IReadOnlyList<string> features, QapiCondition? condition) =>
        (features.Count == 0 ? "" : $" [{string.Join(", ", features)}]") + (condition is null ? "" : $" if {condition}");
}
