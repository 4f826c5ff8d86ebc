namespace Orchestrator.Protocol.Commands;

/// <summary>
/// How a command ended on the wire. Errors and losses are values, not exceptions: on a fleet they are everyday.
/// Exactly one result is given per command.
/// </summary>
public abstract record CommandResult
{
    private CommandResult()
    {
    }

    /// <summary>The peer answered with success.</summary>
    /// <param name="Value">The <c>return</c> value: compact JSON, re-marshalled from decoded values.</param>
    public sealed record Returned(ReadOnlyMemory<byte> Value) : CommandResult;

    /// <summary>The peer answered with an error.</summary>
    public sealed record Refused(CommandError Error) : CommandResult;

    /// <summary>No answer came, or none can come any more.</summary>
    /// <param name="Cause">Why.</param>
    /// <param name="Written">Whether a byte of the command was handed to the transport; <see langword="false"/> proves that nothing ran.</param>
    /// <param name="Detail">For people: what happened.</param>
    public sealed record NoReply(NoReplyCause Cause, bool Written, string Detail) : CommandResult;

    /// <summary>The peer answered, and the answer was dropped because it broke a rule.</summary>
    public sealed record Violated(ReplyViolation Violation) : CommandResult;
}

/// <summary>An error reply (QMP specification, section 2.4.2).</summary>
/// <param name="Class">Error class, an open set: <c>GenericError</c>, <c>CommandNotFound</c>, …</param>
/// <param name="Description">For people; its text is not to be interpreted.</param>
public sealed record CommandError(string Class, string Description);

/// <summary>Why no answer came.</summary>
public enum NoReplyCause
{
    /// <summary>The deadline passed. The command may still run: a time-out is not a cancellation.</summary>
    DeadlinePassed,

    /// <summary>The connection ended.</summary>
    ConnectionLost,

    /// <summary>The agent was restarted: its answer went with it.</summary>
    AgentRestarted,

    /// <summary>The session was not able to take the command: it is not synchronized, or closed.</summary>
    NotReady,

    /// <summary>Taken back before its turn.</summary>
    Cancelled,

    /// <summary>The session's queue is full.</summary>
    QueueFull,

    /// <summary>The guest was migrated: the answer was cut, or the command never reached it.</summary>
    Migrated,
}
