using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Agent;

/// <summary>Whatever takes commands for one VM's agent: a session, or the queue in front of one.</summary>
public interface IAgentChannel
{
    /// <summary>Sends a command when its turn comes, and awaits its result. Never throws for what a peer does.</summary>
    /// <param name="command">A command of the guest namespace.</param>
    /// <param name="timeout">From now to the answer, waiting for its turn included.</param>
    Task<CommandResult> ExecuteAsync(EncodedCommand command, TimeSpan timeout);

    /// <summary>Takes over a handle that could not be closed: it is closed when the agent answers again. Nobody hears how that ends.</summary>
    /// <param name="close">A <c>guest-file-close</c>.</param>
    void CloseLater(EncodedCommand close);
}
