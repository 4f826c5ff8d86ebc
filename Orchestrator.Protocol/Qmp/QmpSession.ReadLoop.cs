using System.Buffers;
using System.Buffers.Text;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Framing;

namespace Orchestrator.Protocol.Qmp;

public sealed partial class QmpSession : IFrameHandler
{
    void IFrameHandler.OnFrame(in Frame frame)
    {
        if (frame.IsOversized)
        {
            OnOversized(frame);
            return;
        }
        var envelope = Envelope.Peek(frame.Bytes, _options.MaxDepth);
        switch (envelope.Kind)
        {
            case EnvelopeKind.Event:
                OnEvent(frame.Bytes);
                break;
            case EnvelopeKind.Greeting:
                OnGreeting(frame.Bytes.Slice(envelope.PayloadStart, envelope.PayloadLength).ToArray());
                break;
            case EnvelopeKind.Return or EnvelopeKind.Error when envelope.Id is { } id && _pending.TryTake(id, out var command):
                _pending.Complete(command, PayloadDecoder.Decode(command.Command, frame.Bytes, envelope, out _));
                break;
            default:
                OnUnroutable(envelope);
                break;
        }
    }

    /// <summary>QEMU is trusted not to flood.</summary>
    void IFrameHandler.OnDropped(long bytes)
    {
    }

    private async Task ReadAsync()
    {
        var cause = await _connection.RunAsync(this).ConfigureAwait(false);
        _greeting.TrySetException(new QmpConnectException(QmpConnectFault.ConnectionLost, cause));
        _pending.FailAll(cause);
        _observer.OnClosed(cause);
    }

    private void OnGreeting(ReadOnlyMemory<byte> payload)
    {
        if (QmpGreeting.TryParse(payload, out var greeting))
            _greeting.TrySetResult(greeting!);
        else
            _greeting.TrySetException(new QmpConnectException(QmpConnectFault.NotQmp, "the greeting is not one of QMP's: is this endpoint a QMP monitor?"));
    }

    private void OnEvent(in ReadOnlySequence<byte> message)
    {
        var parsed = message.IsSingleSegment ? QmpEvent.Parse(message.FirstSpan) : QmpEvent.Parse(message.ToArray());
        if (parsed is not null)
            _observer.OnEvent(parsed);
        else
            DroppedFrames++;
    }

    /// <summary>An answer to nothing (late, or to a command of before its id was read) is dropped, as the specification says; before the greeting it shows that this is no monitor.</summary>
    private void OnUnroutable(in Envelope envelope)
    {
        DroppedFrames++;
        if (!_greeting.Task.IsCompleted)
            _greeting.TrySetException(new QmpConnectException(QmpConnectFault.NotQmp, $"the first message is no QMP greeting ({envelope.Fault ?? envelope.Kind.ToString()}): is this endpoint a QMP monitor?"));
    }

    /// <summary>Only the command it answers fails: QEMU prints the id last, so a skipped answer's end tells whose it was.</summary>
    private void OnOversized(in Frame frame)
    {
        var result = new CommandResult.Violated(new ReplyViolation(ViolationKind.TooLarge, "", $"the answer has {frame.Length} bytes, the limit is {_options.MaxFrameBytes}; it was skipped"));
        if (TryFindId(frame.Tail, out var id) && _pending.TryTake(id, out var command))
            _pending.Complete(command, result);
        else
            OnUnroutable(new Envelope());
    }

    private static bool TryFindId(ReadOnlySpan<byte> tail, out long id)
    {
        id = 0;
        var at = tail.LastIndexOf("\"id\":"u8);
        return at >= 0 && Utf8Parser.TryParse(tail[(at + 5)..].TrimStart((byte)' '), out id, out _);
    }
}
