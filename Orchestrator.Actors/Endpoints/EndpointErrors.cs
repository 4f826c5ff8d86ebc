using Orchestrator.Actors.FanOut;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Actors.Endpoints;

/// <summary>What a command came to, as an error of QMP's.</summary>
internal static class EndpointErrors
{
    private const string Generic = "GenericError";
    private const string NotFound = "CommandNotFound";
    private const string ArgumentsRoot = "arguments.";
    private const string UnknownMember = "unknown member '";

    /// <summary>The same words as QEMU's.</summary>
    public static CommandError Unknown(string command) => new(NotFound, $"The command {command} has not been found");

    /// <summary>The same words as QEMU's.</summary>
    public static CommandError NoOutOfBand(string command) => new(Generic, $"The command {command} does not support OOB");

    /// <summary>Of an outcome without success: the peer's own error unchanged, else the reason's code and what it means.</summary>
    public static CommandError Of(Outcome outcome) => outcome.Error is { } error
        ? new CommandError(error.Class, error.Description)
        : new CommandError(outcome.Reason is Reasons.Unsupported or Reasons.DisabledByGuest ? NotFound : Generic, $"{outcome.Reason ?? outcome.Phase.ToString()}: {outcome.Message}");

    /// <summary>Of arguments that do not fit the guest namespace's schema, in QEMU's words where it has some.</summary>
    public static CommandError Of(QapiViolation violation)
    {
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
