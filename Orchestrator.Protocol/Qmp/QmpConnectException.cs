namespace Orchestrator.Protocol.Qmp;

/// <summary>A QMP session could not be set up. The message says where, what was awaited and what to do.</summary>
public sealed class QmpConnectException(QmpConnectFault fault, string message) : Exception(message)
{
    /// <summary>Which step failed.</summary>
    public QmpConnectFault Fault { get; } = fault;
}

/// <summary>Which step of the set-up failed.</summary>
public enum QmpConnectFault
{
    /// <summary>Connected, and no greeting by the deadline: another client holds the monitor, or QEMU's main loop is stuck.</summary>
    MonitorBusy,

    /// <summary>The first message is not a QMP greeting: the endpoint is something else.</summary>
    NotQmp,

    /// <summary>The capabilities negotiation was refused, or not answered by its deadline.</summary>
    NegotiationFailed,

    /// <summary>The connection ended before the session was set up.</summary>
    ConnectionLost,
}
