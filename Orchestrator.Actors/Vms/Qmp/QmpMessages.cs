using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qmp;

namespace Orchestrator.Actors.Vms.Qmp;

/// <summary>"Do": sent by the <c>VmActor</c>.</summary>
internal static class QmpCommands
{
    /// <summary>Sends a command to QEMU. The receiver gets exactly one result.</summary>
    internal sealed record Execute(EncodedCommand Command, Deadline Deadline, IReplyReceiver Receiver) : ILocalSignal;

    /// <summary>Takes back a command that waits for its turn; one that was written goes on.</summary>
    internal sealed record Cancel(IReplyReceiver Receiver) : ILocalSignal;
}

/// <summary>"It happened": sent to the <c>VmActor</c>.</summary>
internal static class QmpEvents
{
    /// <summary>The session is negotiated. Events before this moment were not sent by QEMU: ask for the state.</summary>
    internal sealed record Attached(QmpGreeting Greeting) : ILocalSignal;

    /// <summary>There is no session, and another attempt follows.</summary>
    /// <param name="Cause">For people.</param>
    /// <param name="MonitorBusy">QEMU accepted the connection and did not greet.</param>
    internal sealed record Detached(string Cause, bool MonitorBusy) : ILocalSignal;

    /// <summary>QEMU sent an event.</summary>
    internal sealed record Happened(QmpEvent Event) : ILocalSignal;
}

/// <summary>Only the actor itself, its session and its timers.</summary>
internal static class QmpSignals
{
    internal sealed record Connected(QmpSession Session) : ILocalSignal;

    internal sealed record ConnectFailed(Exception Cause) : ILocalSignal;

    internal sealed record SessionClosed(SessionObserver Observer, string Cause) : ILocalSignal;

    internal sealed class ConnectDue : ILocalSignal
    {
        public static readonly ConnectDue Instance = new();

        private ConnectDue()
        {
        }
    }
}
