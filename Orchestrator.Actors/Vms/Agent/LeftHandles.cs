using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Vms.Agent;

/// <summary>
/// Handles that stayed open in the guest because their close was not answered. They are closed before any other command: an agent that was
/// restarted meanwhile has opened nothing yet, so that it refuses an old number instead of closing a new file. Bounded, the oldest is forgotten.
/// Owned by <see cref="AgentSessionActor"/>.
/// </summary>
internal sealed class LeftHandles(TimeProvider time)
{
    public const int Capacity = 64;
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private readonly Queue<EncodedCommand> _closes = new();

    public void Add(EncodedCommand close)
    {
        if (_closes.Count == Capacity)
            _closes.Dequeue();
        _closes.Enqueue(close);
    }

    /// <summary>The next close, if there is one. It comes back to the owner, as a message, if it could not be written.</summary>
    public bool TryTake(IActorRef owner, [NotNullWhen(true)] out AgentCommands.Execute? close)
    {
        close = _closes.TryDequeue(out var command) ? new AgentCommands.Execute(command, Deadline.After(CloseTimeout, time), new Receiver(command, owner)) : null;
        return close is not null;
    }

    private sealed class Receiver(EncodedCommand close, IActorRef owner) : IReplyReceiver
    {
        public void OnResult(CommandResult result)
        {
            if (result is CommandResult.NoReply { Written: false })
                owner.Tell(new AgentCommands.CloseLater(close));
        }
    }
}
