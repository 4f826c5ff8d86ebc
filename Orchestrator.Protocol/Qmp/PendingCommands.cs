using System.Diagnostics.CodeAnalysis;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Framing;

namespace Orchestrator.Protocol.Qmp;

/// <summary>
/// The commands of one QMP session that have no result yet: outstanding ones by id, and in-band ones that wait for their turn.
/// Each ends exactly once: by its answer, its deadline or the end of the connection.
/// </summary>
internal sealed class PendingCommands(FrameConnection connection, QmpSessionOptions options, TimeProvider time)
{
    private readonly Lock _gate = new();

    /// <summary>Few: in-band ones by their limit, and out-of-band ones, which QEMU answers at once.</summary>
    private readonly List<PendingCommand> _outstanding = [];

    private LinkedList<PendingCommand>? _queue;
    private long _lastId;
    private int _inBand;
    private string? _closedBecause;

    public void Begin(EncodedCommand command, TimeSpan timeout, IReplyReceiver receiver)
    {
        CommandResult? refusal;
        lock (_gate)
        {
            var pending = new PendingCommand(command, ++_lastId, receiver);
            refusal = timeout > TimeSpan.Zero ? Admit(pending) : Expired();
            if (refusal is null)
                pending.Deadline = time.CreateTimer(_ => OnDeadline(pending), null, timeout, Timeout.InfiniteTimeSpan);
        }
        if (refusal is not null)
            receiver.OnResult(refusal);
    }

    /// <summary>Ends a command that waits for its turn; a written one goes on.</summary>
    public void Cancel(IReplyReceiver receiver)
    {
        PendingCommand? cancelled;
        lock (_gate)
        {
            cancelled = _queue?.FirstOrDefault(pending => ReferenceEquals(pending.Receiver, receiver));
            if (cancelled is null)
                return;
            _queue!.Remove(cancelled);
        }
        Complete(cancelled, new CommandResult.NoReply(NoReplyCause.Cancelled, Written: false, "cancelled before its turn"));
    }

    public bool TryTake(long id, [NotNullWhen(true)] out PendingCommand? command)
    {
        lock (_gate)
        {
            command = _outstanding.Find(pending => pending.Id == id);
            if (command is null)
                return false;
            _outstanding.Remove(command);
            Release(command);
            return !command.HasEnded;
        }
    }

    /// <summary>Gives a command that was taken its result.</summary>
    public void Complete(PendingCommand command, CommandResult result)
    {
        command.Deadline?.Dispose();
        command.Receiver.OnResult(result);
    }

    public void FailAll(string cause)
    {
        PendingCommand[] written, waiting;
        lock (_gate)
        {
            _closedBecause = cause;
            written = [.. _outstanding.Where(command => !command.HasEnded)];
            waiting = [.. _queue ?? []];
            _outstanding.Clear();
            _queue = null;
        }
        foreach (var command in written)
            Complete(command, Lost(cause, written: true));
        foreach (var command in waiting)
            Complete(command, Lost(cause, written: false));
    }

    private CommandResult.NoReply? Admit(PendingCommand pending)
    {
        if (_closedBecause is { } cause)
            return Lost(cause, written: false);
        if (pending.Command.OutOfBand || _inBand < options.MaxInBand)
            return Send(pending);
        if (_queue?.Count >= options.MaxQueued)
            return new CommandResult.NoReply(NoReplyCause.QueueFull, Written: false, $"{options.MaxQueued} commands already wait for this monitor");
        (_queue ??= []).AddLast(pending);
        return null;
    }

    private CommandResult.NoReply? Send(PendingCommand pending)
    {
        if (!connection.TrySend(pending.Command, pending.Id))
            return Lost("the monitor's connection is closed", written: false);
        _outstanding.Add(pending);
        if (!pending.Command.OutOfBand)
            _inBand++;
        return null;
    }

    /// <summary>A place is free: the next one that waits takes it. If it cannot be sent, the connection is ending and ends it too.</summary>
    private void Release(PendingCommand ended)
    {
        if (ended.Command.OutOfBand)
            return;
        _inBand--;
        if (_queue?.First is { } next && Send(next.Value) is null)
            _queue.Remove(next);
    }

    /// <summary>
    /// A written in-band command keeps its place after its deadline, until the server answers it: the server still has it, and a server
    /// that holds more of them than it queues reads no out-of-band command either.
    /// </summary>
    private void OnDeadline(PendingCommand pending)
    {
        bool written;
        lock (_gate)
        {
            written = _outstanding.Contains(pending);
            if (!written && _queue?.Remove(pending) != true)
                return;
            pending.HasEnded = true;
            if (pending.Command.OutOfBand)
                _outstanding.Remove(pending);
        }
        Complete(pending, written ? new CommandResult.NoReply(NoReplyCause.DeadlinePassed, Written: true, "no answer by the deadline; the command may still run") : Expired());
    }

    private static CommandResult.NoReply Expired() => new(NoReplyCause.DeadlinePassed, Written: false, "the deadline passed before the command's turn");

    private static CommandResult.NoReply Lost(string cause, bool written) => new(NoReplyCause.ConnectionLost, written, cause);
}

/// <summary>A command between its acceptance and its result.</summary>
internal sealed class PendingCommand(EncodedCommand command, long id, IReplyReceiver receiver)
{
    public EncodedCommand Command { get; } = command;

    public long Id { get; } = id;

    public IReplyReceiver Receiver { get; } = receiver;

    public ITimer? Deadline { get; set; }

    /// <summary>It has its result, and the server has not answered it.</summary>
    public bool HasEnded { get; set; }
}
