using System.Diagnostics.CodeAnalysis;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Vms.Agent;

/// <summary>
/// Commands that wait for one agent, in order of arrival behind those that go first; bounded, except for what must come at any price, of which the
/// <c>VmActor</c> has one at a time. Owned by <see cref="AgentSessionActor"/>.
/// </summary>
internal sealed class CommandQueue(int capacity, TimeProvider time)
{
    private static readonly CommandResult.NoReply Overdue = new(NoReplyCause.DeadlinePassed, Written: false, "the deadline passed before the command's turn");
    private readonly LinkedList<AgentCommands.Execute> _waiting = [];

    public int Count => _waiting.Count;

    /// <summary>Takes a command in, or gives it its result because the queue is full.</summary>
    public void Add(AgentCommands.Execute command)
    {
        if (command.AnswerTimeout is null && _waiting.Count >= (command.First ? 2 * capacity : capacity))
            command.Receiver.OnResult(new CommandResult.NoReply(NoReplyCause.QueueFull, Written: false, $"{capacity} commands already wait for this agent"));
        else
            Enqueue(command);
    }

    /// <summary>Whether the next command is one that goes first.</summary>
    public bool BeginsWithFirst => _waiting.First?.Value.First == true;

    public bool TryTake([NotNullWhen(true)] out AgentCommands.Execute? command)
    {
        command = _waiting.First?.Value;
        if (command is null)
            return false;
        _waiting.RemoveFirst();
        VmMetrics.Waiting.Add(-1);
        return true;
    }

    /// <summary>Time until the next command's deadline; <see langword="null"/> when none waits.</summary>
    public TimeSpan? NextDeadline()
    {
        TimeSpan? next = null;
        foreach (var command in _waiting)
        {
            if (command.AnswerTimeout is null && command.Deadline.Remaining(time) is var left && !(next < left))
                next = left;
        }
        return next;
    }

    /// <summary>Ends the commands whose deadline has passed before their turn.</summary>
    public void ExpireOverdue() => End(static (command, time) => command.AnswerTimeout is null && command.Deadline.Remaining(time) == TimeSpan.Zero, time, Overdue);

    /// <summary>Ends the commands that do not wait through the loss of a session.</summary>
    public void EndImpatient(CommandResult result) => End(static (command, _) => command.AnswerTimeout is null, 0, result);

    /// <summary>Ends every command.</summary>
    public void EndAll(CommandResult result) => End(static (_, _) => true, 0, result);

    /// <summary>Ends the command of one receiver, if it still waits.</summary>
    public void Cancel(IReplyReceiver receiver) => End(
        static (command, receiver) => ReferenceEquals(command.Receiver, receiver),
        receiver,
        new CommandResult.NoReply(NoReplyCause.Cancelled, Written: false, "cancelled before its turn"));

    private void Enqueue(AgentCommands.Execute command)
    {
        VmMetrics.Waiting.Add();
        if (command.First)
            AddFirst(command);
        else
            _waiting.AddLast(command);
    }

    private void AddFirst(AgentCommands.Execute command)
    {
        var node = _waiting.First;
        while (node?.Value.First == true)
            node = node.Next;
        if (node is null)
            _waiting.AddLast(command);
        else
            _waiting.AddBefore(node, command);
    }

    private void End<T>(Func<AgentCommands.Execute, T, bool> which, T with, CommandResult result)
    {
        for (var node = _waiting.First; node is not null;)
        {
            var next = node.Next;
            if (which(node.Value, with))
            {
                _waiting.Remove(node);
                VmMetrics.Waiting.Add(-1);
                node.Value.Receiver.OnResult(result);
            }
            node = next;
        }
    }
}
