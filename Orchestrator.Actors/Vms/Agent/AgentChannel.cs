using Akka.Actor;
using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Vms.Agent;

/// <summary>Asks a guest through the actor that owns the session, in turn with everybody else.</summary>
internal sealed class AgentChannel(IActorRef session, TimeProvider time) : IAgentChannel
{
    private IReplyReceiver? _first;

    public Task<CommandResult> ExecuteAsync(EncodedCommand command, TimeSpan timeout)
    {
        var receiver = new TaskReplyReceiver();
        _first ??= receiver;
        session.Tell(new AgentCommands.Execute(command, Deadline.After(timeout, time), receiver));
        return receiver.Task;
    }

    public void CloseLater(EncodedCommand close) => session.Tell(new AgentCommands.CloseLater(close));

    /// <summary>Takes back the first command, if it still waits. What came after it is part of what was begun, and goes on.</summary>
    public void Cancel()
    {
        if (_first is { } first)
            session.Tell(new AgentCommands.Cancel(first));
    }
}
