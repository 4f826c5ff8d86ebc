namespace Orchestrator.Protocol.Agent;

/// <summary>What an <see cref="AgentSession"/> is doing.</summary>
public enum AgentSessionState
{
    /// <summary>Everything that arrives is dropped until the newest synchronization is answered.</summary>
    Unsynchronized,

    /// <summary>A command may be sent.</summary>
    Ready,

    /// <summary>A command is outstanding.</summary>
    Busy,

    /// <summary>The connection has ended; the session cannot be used again.</summary>
    Closed,
}
