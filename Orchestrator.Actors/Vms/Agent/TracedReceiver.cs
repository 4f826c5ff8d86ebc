using System.Diagnostics;
using Orchestrator.Actors.FanOut;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Vms.Agent;

/// <summary>Tells a span of one step of a composite command.</summary>
internal sealed class TracedReceiver(IReplyReceiver receiver, Activity span, string command) : IReplyReceiver, ISendObserver
{
    /// <inheritdoc/>
    public void OnSending() => FanOutSpans.NoteStep(span, "sent", command);

    /// <inheritdoc/>
    public void OnResult(CommandResult result)
    {
        FanOutSpans.NoteStep(span, "answered", command);
        receiver.OnResult(result);
    }
}
