using System.Buffers;
using System.Buffers.Text;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Framing;

namespace Orchestrator.Protocol.Agent;

public sealed partial class AgentSession : IFrameHandler
{
    /// <summary>The agent's answers, in the order they arrive. Nothing a guest sends ends this loop but the end of the stream.</summary>
    void IFrameHandler.OnFrame(in Frame frame)
    {
        if (frame.IsOversized)
        {
            OnOversized(frame);
            return;
        }
        var envelope = Envelope.Peek(frame.Bytes, _options.MaxDepth);
        if (frame.AfterSentinel && envelope.Kind == EnvelopeKind.Return && TrySynchronize(frame.Bytes, envelope))
            return;
        var (outstanding, abandoned) = Match(envelope);
        if (outstanding is not null)
            OnAnswer(outstanding, frame.Bytes, envelope);
        else if (abandoned is not null)
            _observer.OnLateReply(this, abandoned.Command, Decode(abandoned.Command, frame.Bytes, envelope));
        else if (!TryAnswerHeir(frame.Bytes, envelope) && !TryKeep(frame.Bytes, envelope) && (envelope.Kind != EnvelopeKind.Event || !TryHear(frame.Bytes)))
            OnUnasked(frame, envelope);
    }

    /// <summary>
    /// Agents of the user's own send events. One counts only from a synchronized agent, if it fits its schema and is no longer than what may
    /// come unasked; else it is a message that answers nothing. One that the observer does not want is dropped, and only its bytes count.
    /// </summary>
    private bool TryHear(in ReadOnlySequence<byte> frame)
    {
        if (_options.Guest.AgentEvents.Count == 0 || frame.Length > _options.MaxUnsolicitedBytes || State is not (AgentSessionState.Ready or AgentSessionState.Busy))
            return false;
        var message = frame.IsSingleSegment ? frame.FirstSpan : frame.ToArray();
        if (AgentEvent.Parse(message, _options.Guest.AgentEvents) is not { } happened)
            return false;
        if (!_observer.OnEvent(this, happened))
        {
            DroppedFrames++;
            _observer.OnMisconduct(this, new Misconduct(MisconductKind.Bytes, Unasked(frame.Length), new ReplyViolation(ViolationKind.Unasked, "", "an event beyond what is wanted").At(frame, 0)));
        }
        return true;
    }

    private async Task ReadAsync()
    {
        var cause = await _connection.RunAsync(this).ConfigureAwait(false);
        Outstanding? lost;
        AgentSession? heir;
        lock (_gate)
        {
            _state = AgentSessionState.Closed;
            heir = _heir;
        }
        heir?.Inherit(this);
        lock (_gate)
            lost = TakeOutstanding();
        if (lost is { IsInherited: true })
            await lost.LoseAsync(cause).ConfigureAwait(false);
        else
            lost?.Receiver.OnResult(new CommandResult.NoReply(NoReplyCause.ConnectionLost, Written: true, cause));
        _observer.OnClosed(this, cause);
    }

    /// <summary>
    /// Whether this is the answer to the newest synchronization. The error about the stray sentinel, which the agent sends before it,
    /// has no sentinel of its own and is dropped as any other message of that time.
    /// </summary>
    private bool TrySynchronize(in ReadOnlySequence<byte> frame, in Envelope envelope)
    {
        Span<byte> digits = stackalloc byte[20];
        var payload = frame.Slice(envelope.PayloadStart, envelope.PayloadLength);
        if (payload.Length > digits.Length)
            return false;
        payload.CopyTo(digits);
        digits = digits[..(int)payload.Length];
        if (!Utf8Parser.TryParse(digits, out long number, out var consumed) || consumed != digits.Length)
            return false;
        Outstanding? lost;
        lock (_gate)
        {
            if (_state != AgentSessionState.Unsynchronized || number != _synchronization)
                return false;
            lost = TakeOutstanding();
            _strays = null;
            _synchronization = 0;
            _abandoned = null;
            _honestRest = 0;
            _echoesIds = envelope.Id == 0;
            _state = AgentSessionState.Ready;
        }
        _ = lost?.LoseAsync("the guest was migrated before the answer came, or while it came");
        _observer.OnSynchronized(this);
        return true;
    }

    private (Outstanding?, Abandoned?) Match(in Envelope envelope)
    {
        lock (_gate)
        {
            if (_outstanding is { } outstanding && (envelope.Id == outstanding.Id || (!outstanding.IsInherited && AnswersWithoutId(envelope))))
                return (outstanding, null);
            if (_abandoned is not { } abandoned || envelope.Id != abandoned.Id)
                return default;
            _abandoned = null;
            return (null, abandoned);
        }
    }

    /// <summary>
    /// An agent of before QEMU 4.0 does not echo ids: with one command outstanding since a synchronization, its next answer is that one's.
    /// A message that is not JSON has no id to show: it stands where the answer should, and fails the command.
    /// </summary>
    private bool AnswersWithoutId(in Envelope envelope) =>
        envelope.Kind == EnvelopeKind.Invalid || (!_echoesIds && envelope.Id is null && envelope.Kind is EnvelopeKind.Return or EnvelopeKind.Error);

    private void OnAnswer(Outstanding outstanding, in ReadOnlySequence<byte> frame, in Envelope envelope)
    {
        var result = Decode(outstanding.Command, frame, envelope);
        var trusted = !outstanding.IsInherited && result is CommandResult.Returned or CommandResult.Refused or CommandResult.Violated { Violation.Kind: ViolationKind.Schema };
        End(outstanding.Id, result, trusted ? AgentSessionState.Ready : AgentSessionState.Unsynchronized);
    }

    private void OnOversized(in Frame frame)
    {
        Outstanding? outstanding;
        lock (_gate)
            outstanding = _outstanding is { IsInherited: false } own ? own : null;
        var violation = new ReplyViolation(ViolationKind.TooLarge, "", $"the answer has {frame.Length} bytes, more than the limit for this command; it was skipped")
            .AtEnd(frame.Tail, frame.Length);
        if (outstanding is null || !End(outstanding.Id, new CommandResult.Violated(violation), AgentSessionState.Unsynchronized))
            OnUnasked(bytes: 0, violation);
        else
            _observer.OnMisconduct(this, new Misconduct(MisconductKind.Violation, 0, violation, outstanding.Command.Name));
    }

    private CommandResult Decode(EncodedCommand command, in ReadOnlySequence<byte> frame, in Envelope envelope)
    {
        var tokens = 0;
        var result = envelope.Kind is EnvelopeKind.Return or EnvelopeKind.Error
            ? PayloadDecoder.Decode(command, frame, envelope, out tokens)
            : new CommandResult.Violated(new ReplyViolation(ViolationKind.Malformed, "", envelope.Fault ?? $"a message of kind {envelope.Kind} is not an answer").At(frame, envelope.FaultOffset));
        if (tokens > 0)
            _observer.OnDecoded(this, tokens);
        if (result is CommandResult.Violated violated)
            _observer.OnMisconduct(this, new Misconduct(MisconductKind.Violation, 0, violated.Violation, command.Name));
        return result;
    }
}
