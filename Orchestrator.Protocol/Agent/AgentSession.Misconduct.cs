using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Framing;

namespace Orchestrator.Protocol.Agent;

/// <summary>
/// Tells the observer of everything that the guest should not have sent: the one place from which it is counted. Not told are bytes that can be
/// the rest of an answer nobody waits for any more: of a predecessor's command, or of one that ended before its answer.
/// </summary>
public sealed partial class AgentSession
{
    /// <summary>Bytes that may still come unasked. Guarded by the gate; 0 while the channel is synchronized and nothing is outstanding.</summary>
    private long _honestRest;

    void IFrameHandler.OnDropped(long bytes)
    {
        var unasked = Unasked(bytes);
        if (unasked > 0)
            _observer.OnMisconduct(this, new Misconduct(
                MisconductKind.Bytes, unasked, new ReplyViolation(ViolationKind.Unasked, "", "bytes that are in no message").AtEnd(_connection.Splitter.SkippedTail, bytes)));
    }

    private void OnUnasked(in Frame frame, in Envelope envelope)
    {
        var fault = envelope.Fault ?? $"a message of kind {envelope.Kind} that answers nothing";
        OnUnasked(Unasked(frame.Length), new ReplyViolation(ViolationKind.Unasked, "", fault).At(frame.Bytes, envelope.FaultOffset));
    }

    private void OnUnasked(long bytes, ReplyViolation violation)
    {
        DroppedFrames++;
        var kind = State == AgentSessionState.Unsynchronized ? MisconductKind.StaleMessage : MisconductKind.Violation;
        _observer.OnMisconduct(this, new Misconduct(kind, bytes, violation));
    }

    /// <summary>The part of so many bytes that cannot be honest.</summary>
    private long Unasked(long bytes)
    {
        lock (_gate)
        {
            var honest = Math.Min(bytes, _honestRest);
            _honestRest -= honest;
            return bytes - honest;
        }
    }
}
