using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.Qmp.Server;

/// <summary>Errors of a server of QMP, or of an agent, in QEMU's words.</summary>
public static class QmpErrors
{
    private const string Generic = "GenericError";
    private const string ArgumentsRoot = "arguments.";
    private const string UnknownMember = "unknown member '";

    /// <summary>There is no such command.</summary>
    public static CommandError Unknown(string command) => new("CommandNotFound", $"The command {command} has not been found");

    /// <summary>The command may not overtake others.</summary>
    public static CommandError NoOutOfBand(string command) => new(Generic, $"The command {command} does not support OOB");

    /// <summary>Arguments do not fit the command's schema: in QEMU's words where it has some.</summary>
    public static CommandError Of(QapiViolation violation)
    {
        ArgumentNullException.ThrowIfNull(violation);
        var parameter = violation.Path.StartsWith(ArgumentsRoot, StringComparison.Ordinal) ? violation.Path[ArgumentsRoot.Length..] : violation.Path;
        return new CommandError(Generic, violation switch
        {
            { Actual: "nothing" } => $"Parameter '{parameter}' is missing",
            { Actual: var actual } when actual.StartsWith(UnknownMember, StringComparison.Ordinal) => $"Parameter '{actual[UnknownMember.Length..].TrimEnd('\'')}' is unexpected",
            _ when TypeOf(violation.Expected) is { } type => $"Invalid parameter type for '{parameter}', expected: {type}",
            _ => $"Invalid parameter '{parameter}': expected {violation.Expected}, found {violation.Actual}",
        });
    }

    private static string? TypeOf(string expected) => expected switch
    {
        "a string" => "string",
        "true or false" => "boolean",
        "an object" => "object",
        _ when expected.StartsWith("an integer", StringComparison.Ordinal) => "integer",
        _ when expected.StartsWith("an array", StringComparison.Ordinal) => "array",
        _ => null,
    };
}
