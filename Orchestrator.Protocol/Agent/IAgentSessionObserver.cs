using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Agent;

/// <summary>Hears what an agent session notices by itself. Called on its read loop: must not block, throw or call back.</summary>
public interface IAgentSessionObserver
{
    /// <summary>The agent answered the newest synchronization: everything older is gone from the channel, commands are accepted.</summary>
    void OnSynchronized(AgentSession session);

    /// <summary>Three quarters of the outstanding command's time have passed: time to find out why, before its end must be explained.</summary>
    /// <param name="session">The session.</param>
    /// <param name="remaining">Time until the command's deadline.</param>
    void OnSlow(AgentSession session, TimeSpan remaining);

    /// <summary>An answer came after its command had already ended without one. It belongs to that command and to no other.</summary>
    void OnLateReply(AgentSession session, EncodedCommand command, CommandResult result);

    /// <summary>The guest sent what it should not have.</summary>
    void OnMisconduct(AgentSession session, Misconduct misconduct);

    /// <summary>An answer of so many JSON tokens was decoded. Not told of those that are empty.</summary>
    void OnDecoded(AgentSession session, int tokens);

    /// <summary>The agent sent an event by itself. It is a claim of the guest's, and has passed its schema.</summary>
    /// <returns><see langword="false"/> if it is not wanted: the session then counts it as dropped.</returns>
    bool OnEvent(AgentSession session, AgentEvent happened) => false;

    /// <summary>The connection ended. Called once, after every outstanding command got its result.</summary>
    /// <param name="session">The session.</param>
    /// <param name="cause">For people.</param>
    void OnClosed(AgentSession session, string cause);
}
