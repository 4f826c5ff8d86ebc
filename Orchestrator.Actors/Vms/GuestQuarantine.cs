namespace Orchestrator.Actors.Vms;

/// <summary>Why nothing more is read from a guest until an operator releases it, with the proof.</summary>
/// <param name="Since">When its channel was closed.</param>
/// <param name="Kind">Which of the guest's budgets was exceeded.</param>
/// <param name="Reason">The same for people, with the limit.</param>
/// <param name="Evidence">The first violations of that minute, and what exceeded the budget; at most five.</param>
public sealed record GuestQuarantine(DateTimeOffset Since, GuestQuarantineKind Kind, string Reason, IReadOnlyList<GuestEvidence> Evidence);

/// <summary>The budgets of a guest (<see cref="Agent.GuestLimits"/>). Stable names: safe to switch on.</summary>
public enum GuestQuarantineKind
{
    /// <summary>Bytes that are part of no answer.</summary>
    UnaskedBytes,

    /// <summary>Messages that answer nothing, before a synchronization.</summary>
    StaleMessages,

    /// <summary>Answers that break a rule, and messages that answer nothing after a synchronization.</summary>
    Violations,

    /// <summary>JSON tokens to decode.</summary>
    Tokens,

    /// <summary>Openings and closings of the agent's port.</summary>
    PortChanges,
}

/// <summary>One thing that a guest sent and should not have.</summary>
/// <param name="Time">When it came.</param>
/// <param name="Kind">What rule it broke: a name of <see cref="Protocol.Commands.ViolationKind"/>.</param>
/// <param name="Command">The command it answered; <see langword="null"/> if none.</param>
/// <param name="Path">Where in the command's schema; empty for the message as a whole.</param>
/// <param name="Detail">What was expected and what came, in our words.</param>
/// <param name="Offset">Where in the message <paramref name="Bytes"/> begin.</param>
/// <param name="Bytes">The guest's own bytes, at most 64: to be shown in hex only.</param>
public sealed record GuestEvidence(DateTimeOffset Time, string Kind, string? Command, string Path, string Detail, long Offset, ReadOnlyMemory<byte> Bytes);
