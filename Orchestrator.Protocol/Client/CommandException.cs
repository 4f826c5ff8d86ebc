using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Client;

/// <summary>A command of an <see cref="IQapiClient"/> has no result.</summary>
/// <param name="command">Its name on the wire.</param>
/// <param name="message">What happened.</param>
public class CommandException(string command, string message) : Exception($"{command}: {message}")
{
    /// <summary>Its name on the wire.</summary>
    public string Command { get; } = command;

    /// <summary>The exception that stands for a result without a value.</summary>
    public static CommandException Of(string command, CommandResult result) => result switch
    {
        CommandResult.Refused refused => new CommandRefusedException(command, refused.Error),
        CommandResult.NoReply none => new CommandUnansweredException(command, none),
        CommandResult.Violated violated => new CommandViolationException(command, violated.Violation),
        _ => throw new ArgumentException($"{result} is a success", nameof(result)),
    };
}

/// <summary>QEMU or the agent answered with an error.</summary>
public sealed class CommandRefusedException(string command, CommandError error) : CommandException(command, $"refused: {error.Class}: {error.Description}")
{
    /// <summary>As it was answered.</summary>
    public CommandError Error { get; } = error;
}

/// <summary>No answer came. <see cref="CommandResult.NoReply.Written"/> tells whether the command may have run.</summary>
public sealed class CommandUnansweredException(string command, CommandResult.NoReply result) : CommandException(command, result.Detail)
{
    /// <summary>Why, and whether it was sent.</summary>
    public CommandResult.NoReply Result { get; } = result;
}

/// <summary>The answer broke a rule or does not fit the schema, and was dropped. The command has run.</summary>
public sealed class CommandViolationException(string command, ReplyViolation violation)
    : CommandException(command, $"the answer was dropped: {(violation.Path.Length > 0 ? violation.Path + ": " : "")}{violation.Detail}")
{
    /// <summary>Which rule, and where.</summary>
    public ReplyViolation Violation { get; } = violation;
}
