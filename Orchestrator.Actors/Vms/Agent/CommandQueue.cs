using System.Diagnostics.CodeAnalysis;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Vms.Agent;

/// <summary>Commands that wait for one agent, in order of arrival; bounded. Owned by <see cref="AgentSessionActor"/>.</summary>
internal sealed class CommandQueue(int capacity, TimeProvider time)
{
    private readonly LinkedList<AgentCommands.Execute> _waiting = [];

    public int Count => _waiting.Count;

    /// <summary>Takes a command in, or gives it its result because the queue is full.</summary>
    public void Add(AgentCommands.Execute command)
    {
        if (_waiting.Count >= capacity)
            command.Receiver.OnResult(new CommandResult.NoReply(NoReplyCause.QueueFull, Written: false, $"{capacity} commands already wait for this agent"));
        else
            _waiting.AddLast(command);
    }

    public bool TryTake([NotNullWhen(true)] out AgentCommands.Execute? command)
    {
        command = _waiting.First?.Value;
        if (command is null)
            return false;
        _waiting.RemoveFirst();
        return true;
    }

    /// <summary>Time until the next command's deadline; <see langword="null"/> when none waits.</summary>
    public TimeSpan? NextDeadline() => _waiting.Count == 0 ? null : _waiting.Min(command => command.Deadline.Remaining(time));

    /// <summary>Ends the commands whose deadline has passed before their turn.</summary>
    public void ExpireOverdue() => End(
        command => command.Deadline.Remaining(time) == TimeSpan.Zero,
        new CommandResult.NoReply(NoReplyCause.DeadlinePassed, Written: false, "the deadline passed before the command's turn"));

    /// <summary>Ends every command.</summary>
    public void EndAll(CommandResult result) => End(_ => true, result);

    /// <summary>Ends the command of one receiver, if it still waits.</summary>
    public void Cancel(IReplyReceiver receiver) => End(
        command => ReferenceEquals(command.Receiver, receiver),
        new CommandResult.NoReply(NoReplyCause.Cancelled, Written: false, "cancelled before its turn"));

    private void End(Predicate<AgentCommands.Execute> which, CommandResult result)
    {
        for (var node = _waiting.First; node is not null;)
        {
            var next = node.Next;
            if (which(node.Value))
            {
                _waiting.Remove(node);
                node.Value.Receiver.OnResult(result);
            }
            node = next;
        }
    }
}
