using Akka.Actor;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Vms.Qmp;

/// <summary>Asks QEMU through the actor that owns the session.</summary>
internal sealed class QmpChannel(IActorRef session, TimeProvider time)
{
    public Task<CommandResult> ExecuteAsync(EncodedCommand command, TimeSpan timeout)
    {
        var receiver = new TaskReplyReceiver();
        session.Tell(new QmpCommands.Execute(command, Deadline.After(timeout, time), receiver));
        return receiver.Task;
    }
}
