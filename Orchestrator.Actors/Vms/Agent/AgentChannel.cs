using Akka.Actor;
using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Vms.Agent;

/// <summary>Asks a guest through the actor that owns the session, in turn with everybody else.</summary>
internal sealed class AgentChannel(IActorRef session, TimeProvider time) : IAgentChannel
{
    public Task<CommandResult> ExecuteAsync(EncodedCommand command, TimeSpan timeout)
    {
        var receiver = new TaskReplyReceiver();
        session.Tell(new AgentCommands.Execute(command, Deadline.After(timeout, time), receiver));
        return receiver.Task;
    }
}
