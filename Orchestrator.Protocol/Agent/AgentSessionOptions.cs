using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.Agent;

/// <summary>Limits of an agent session.</summary>
public sealed record AgentSessionOptions
{
    /// <summary>Upper bound on any answer, whatever a command would allow; 72 MiB by default: a 48 MiB file read as base64 fits.</summary>
    public long MaxReplyBytes { get; init; } = 72 * 1024 * 1024;

    /// <summary>Deepest nesting accepted in a message; 32 by default. The agent's own types need 8.</summary>
    public int MaxDepth { get; init; } = 32;

    /// <summary>Whose <see cref="GuestNamespace.AgentEvents"/> are heard.</summary>
    public GuestNamespace Guest { get; init; } = GuestNamespace.BuiltIn;

    /// <summary>Whether the session is at the destination of a live migration: what comes before anything is asked may answer what <see cref="AgentSession.Inherit"/> takes over.</summary>
    public bool IsHeir { get; init; }

    /// <summary>Limit on what arrives while nothing is asked.</summary>
    public long MaxUnsolicitedBytes { get; init; } = ReplyLimits.Unsolicited;
}
