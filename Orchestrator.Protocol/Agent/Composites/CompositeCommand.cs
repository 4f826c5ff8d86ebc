namespace Orchestrator.Protocol.Agent.Composites;

/// <summary>
/// A command that no agent has, carried out with the agent's own. Made once from checked arguments; its steps are encoded once where they do not
/// depend on answers, so that any number of VMs share them. A transfer of one stream is for one VM only.
/// </summary>
public abstract class CompositeCommand
{
    /// <summary>Commands of the agent without which it cannot be carried out: looked for in <c>guest-info</c> before the first byte.</summary>
    public abstract IReadOnlyList<string> Needs { get; }

    /// <summary>Carries it out. Never throws for what a peer does.</summary>
    /// <param name="agent">The VM's agent, and until when.</param>
    public abstract Task<CompositeResult> RunAsync(AgentTurns agent);
}
