using System.Buffers;
using Orchestrator.Protocol.Framing;

namespace Orchestrator.Protocol.Agent;

/// <summary>
/// A live migration: the agent goes on in another QEMU, whose channel is another session, the heir. It keeps what comes before anything is asked
/// there, takes over the outstanding command, and gives it the answer that has its id, whole, on whichever of both channels it comes. A cut answer is
/// in no message of either: nothing is put together. The answer to the heir's synchronization says that none can come any more.
/// </summary>
public sealed partial class AgentSession
{
    private const int MaxStrays = 8;

    /// <summary>QEMU reads so much at once, or nothing, as the guest's buffers are at least that large.</summary>
    private const int WholeReadBytes = 4096;

    private List<byte[]>? _strays;
    private AgentSession? _heir;
    private bool _hasHeritage;

    /// <summary>Names the heir: from now on the outstanding command is not lost with this connection, but goes to the heir.</summary>
    /// <param name="heir">A session with <see cref="AgentSessionOptions.IsHeir"/>; <see langword="null"/> takes it back.</param>
    public void Name(AgentSession? heir)
    {
        lock (_gate)
            _heir = heir;
    }

    /// <summary>
    /// Takes over the outstanding command of the channel that the agent has left, with its deadline. The other session takes no more. What QEMU has not read
    /// there by now is nowhere in the guest: QEMU reads nothing for a guest that stands still.
    /// </summary>
    public void Inherit(AgentSession predecessor)
    {
        ArgumentNullException.ThrowIfNull(predecessor);
        Outstanding? refused;
        List<byte[]>? strays;
        lock (predecessor._gate)
        {
            var inherited = predecessor.TakeOutstanding();
            predecessor._heir = this;
            predecessor._hasHeritage = true;
            if (predecessor._state != AgentSessionState.Closed)
                (predecessor._state, predecessor._synchronization) = (AgentSessionState.Unsynchronized, 0);
            // Held by both locks: an answer that comes now finds the command on one of both sides.
            lock (_gate)
            {
                if (inherited is { IsInherited: false } written)
                    inherited = written.Command.MaxLength <= WholeReadBytes ? written with { IsUndelivered = predecessor._connection.HasUnreadAsync() } : written;
                refused = inherited is null || TryTake(inherited) ? null : inherited;
                (strays, _strays) = (_strays, null);
            }
        }
        _ = refused?.LoseAsync("the guest was migrated, and its channel at the destination was lost before the answer came");
        foreach (var stray in strays ?? [])
            TryAnswerInherited(new ReadOnlySequence<byte>(stray), Envelope.Peek(new ReadOnlySequence<byte>(stray), _options.MaxDepth));
    }

    private bool TryTake(Outstanding inherited)
    {
        if (_state != AgentSessionState.Unsynchronized || _outstanding is not null)
            return false;
        _outstanding = inherited with { IsInherited = true };
        _connection.Splitter.MaxFrameBytes = Math.Min(inherited.Command.MaxReplyBytes, _options.MaxReplyBytes);
        var remaining = (inherited.IsSlow ? inherited.Timeout : inherited.Timeout * SlowShare) - _time.GetElapsedTime(inherited.StartedAt);
        _deadline.Set(remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero);
        return true;
    }

    /// <summary>Whether this is the answer to the command that was taken over: only its id tells.</summary>
    private bool TryAnswerInherited(in ReadOnlySequence<byte> frame, in Envelope envelope)
    {
        Outstanding? outstanding;
        lock (_gate)
            outstanding = _outstanding is { IsInherited: true } inherited && inherited.Id == envelope.Id ? inherited : null;
        if (outstanding is null)
            return false;
        End(outstanding.Id, Decode(outstanding.Command, frame, envelope), AgentSessionState.Unsynchronized);
        return true;
    }

    /// <summary>Whether the answer belongs to what the heir has taken over: QEMU passes on what it had begun with, also where the guest is no longer.</summary>
    private bool TryAnswerHeir(in ReadOnlySequence<byte> frame, in Envelope envelope)
    {
        AgentSession? heir;
        lock (_gate)
            heir = _hasHeritage ? _heir : null;
        return heir?.TryAnswerInherited(frame, envelope) == true;
    }

    /// <summary>Whether a message is kept for the case that it answers what is yet to be taken over.</summary>
    private bool TryKeep(in ReadOnlySequence<byte> frame, in Envelope envelope)
    {
        if (envelope.Id is null)
            return false;
        lock (_gate)
        {
            if (_strays is not { Count: < MaxStrays } strays)
                return false;
            strays.Add(frame.ToArray());
            return true;
        }
    }
}
