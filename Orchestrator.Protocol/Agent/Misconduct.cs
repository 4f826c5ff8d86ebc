using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Agent;

/// <summary>Something that a guest sent and should not have.</summary>
/// <param name="Kind">How it counts.</param>
/// <param name="UnaskedBytes">Bytes that were part of no answer, beyond what the rest of an unfinished answer may have; 0 for an answer.</param>
/// <param name="Violation">What was wrong, with some of the bytes.</param>
/// <param name="Command">The command it should have answered; <see langword="null"/> if it answers none.</param>
public sealed record Misconduct(MisconductKind Kind, long UnaskedBytes, ReplyViolation Violation, string? Command = null);

/// <summary>How misconduct counts.</summary>
public enum MisconductKind
{
    /// <summary>Bytes that are in no message.</summary>
    Bytes,

    /// <summary>A message that answers nothing, while the session is not synchronized. A few are honest: they are left over from before.</summary>
    StaleMessage,

    /// <summary>An answer that broke a rule, or a message that answers nothing on a synchronized channel.</summary>
    Violation,
}
