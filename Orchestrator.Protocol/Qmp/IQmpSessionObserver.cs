namespace Orchestrator.Protocol.Qmp;

/// <summary>Hears what a QMP session notices by itself. Called on its read loop: must not block, throw or call back.</summary>
public interface IQmpSessionObserver
{
    /// <summary>An event came, in QEMU's order; also before and during the negotiation.</summary>
    void OnEvent(QmpEvent qmpEvent);

    /// <summary>The connection ended. Called once, after every outstanding command got its result.</summary>
    /// <param name="cause">For people.</param>
    void OnClosed(string cause);
}
