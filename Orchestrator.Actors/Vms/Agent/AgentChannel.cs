using System.Diagnostics;
using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Vms.Agent;

/// <summary>Asks a guest through the actor that owns the session, in turn with everybody else.</summary>
/// <param name="session">The actor.</param>
/// <param name="time">Clock of the deadlines.</param>
/// <param name="span">Is told of each command's way; <see langword="null"/> where nothing is traced.</param>
internal sealed class AgentChannel(IActorRef session, TimeProvider time, Activity? span = null) : IAgentChannel
{
    private IReplyReceiver? _first;
    private int _steps;

    public Task<CommandResult> ExecuteAsync(EncodedCommand command, TimeSpan timeout)
    {
        var task = new TaskReplyReceiver();
        IReplyReceiver receiver = span is null || Interlocked.Increment(ref _steps) > FanOutSpans.MaxSteps ? task : new TracedReceiver(task, span, command.Name);
        _first ??= receiver;
        session.Tell(new AgentCommands.Execute(command, Deadline.After(timeout, time), receiver) { GoesBack = command.Name.StartsWith("guest-file-", StringComparison.Ordinal) });
        return task.Task;
    }

    public void CloseLater(EncodedCommand close) => session.Tell(new AgentCommands.CloseLater(close));

    /// <summary>Takes back the first command, if it still waits. What came after it is part of what was begun, and goes on.</summary>
    public void Cancel()
    {
        if (_first is { } first)
            session.Tell(new AgentCommands.Cancel(first));
    }
}
