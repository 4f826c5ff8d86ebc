using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Framing;
using Orchestrator.Protocol.Transport;

namespace Orchestrator.Protocol.Agent;

/// <summary>
/// One connection to a guest agent: a raw channel into an untrusted guest, with one client and no greeting. Trust is made here:
/// nothing counts before a synchronization with an unguessable number, one command is outstanding at a time, and each carries an unguessable
/// <c>id</c>. What neither answers the outstanding command nor is an event of a user's schema is counted and dropped. All members may be called
/// from any thread.
/// </summary>
public sealed partial class AgentSession : IAsyncDisposable
{
    private const double SlowShare = 0.75;

    private readonly FrameConnection _connection;
    private readonly AgentSessionOptions _options;
    private readonly IAgentSessionObserver _observer;
    private readonly TimeProvider _time;
    private readonly SessionDeadline _deadline;
    private readonly Lock _gate = new();

    private AgentSessionState _state = AgentSessionState.Unsynchronized;
    private Outstanding? _outstanding;
    private Abandoned? _abandoned;
    private long _synchronization;
    private bool _echoesIds;

    private AgentSession(Stream stream, AgentSessionOptions options, IAgentSessionObserver observer, TimeProvider time)
    {
        _options = options;
        _observer = observer;
        _time = time;
        _connection = new FrameConnection(stream, options.MaxUnsolicitedBytes);
        _deadline = new SessionDeadline(time, OnDeadline);
        _honestRest = options.MaxReplyBytes;
        _strays = options.IsHeir ? [] : null;
    }

    private sealed record Outstanding(EncodedCommand Command, long Id, IReplyReceiver Receiver, TimeSpan Timeout, long StartedAt)
    {
        public bool IsSlow { get; set; }

        /// <summary>Written to another channel, before the guest was migrated.</summary>
        public bool IsInherited { get; init; }

        /// <summary>Whether it is inherited, and QEMU had not read it when the guest was gone: no agent has it.</summary>
        public Task<bool> IsUndelivered { get; init; } = Task.FromResult(false);

        /// <summary>Ends one whose answer cannot come any more, since the guest was migrated; at once, unless another machine is asked what QEMU had read.</summary>
        public async Task LoseAsync(string detail) => Receiver.OnResult(await IsUndelivered.ConfigureAwait(false)
            ? new CommandResult.NoReply(NoReplyCause.Migrated, Written: false, "the guest was migrated before QEMU had read the command")
            : new CommandResult.NoReply(NoReplyCause.Migrated, Written: true, detail));
    }

    private sealed record Abandoned(EncodedCommand Command, long Id);

    /// <summary>What the session is doing.</summary>
    public AgentSessionState State
    {
        get
        {
            lock (_gate)
                return _state;
        }
    }

    /// <summary>Whether the answer to the outstanding command has begun to come, and has not come whole.</summary>
    public bool IsBeingAnswered
    {
        get
        {
            lock (_gate)
                return _outstanding is not null && _connection.IsInMessage;
        }
    }

    /// <summary>Ends when the connection has ended and every outstanding command has its result.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Number of messages that answered nothing: stale, forged, malformed or unsolicited.</summary>
    public long DroppedFrames { get; private set; }

    /// <summary>Connects. The session starts unsynchronized, and silent until <see cref="BeginSynchronize"/>.</summary>
    public static async Task<AgentSession> ConnectAsync(
        Endpoint endpoint, AgentSessionOptions options, IAgentSessionObserver observer, TimeProvider time, CancellationToken cancellationToken)
    {
        var stream = await EndpointConnector.ConnectAsync(endpoint, cancellationToken).ConfigureAwait(false);
        return Attach(stream, options, observer, time);
    }

    /// <summary>Takes over a connected stream.</summary>
    public static AgentSession Attach(Stream stream, AgentSessionOptions options, IAgentSessionObserver observer, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        var session = new AgentSession(stream, options, observer, time);
        session.Completion = session.ReadAsync();
        return session;
    }

    /// <summary>
    /// Writes a synchronization with a new random number; <see cref="IAgentSessionObserver.OnSynchronized"/> follows if the agent answers.
    /// Only the newest number counts. An outstanding command ends with <see cref="NoReplyCause.AgentRestarted"/>; one that was taken over waits for
    /// the answer, and ends with <see cref="NoReplyCause.Migrated"/> if its own did not come before.
    /// </summary>
    public void BeginSynchronize()
    {
        var number = UnguessableNumber.Next();
        // At once: else the answer to the synchronization before could come in between, and the one to this would answer nothing.
        if (Abandon("the agent's channel was opened anew before it answered", number))
            _connection.TrySend(EncodedCommand.Synchronize, number);
    }

    /// <summary>Sends a command; the result goes to <paramref name="receiver"/>.</summary>
    /// <param name="command">A command of the guest namespace.</param>
    /// <param name="timeout">From now to the answer. When it passes, the session is unsynchronized: the command may still run.</param>
    /// <param name="receiver">Gets exactly one result, possibly before this returns.</param>
    public void Begin(EncodedCommand command, TimeSpan timeout, IReplyReceiver receiver)
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(receiver);
        if (timeout <= TimeSpan.Zero)
        {
            receiver.OnResult(new CommandResult.NoReply(NoReplyCause.DeadlinePassed, Written: false, "the deadline passed before the command's turn"));
            return;
        }
        var id = UnguessableNumber.Next();
        AgentSessionState state;
        lock (_gate)
        {
            state = _state;
            if (state == AgentSessionState.Ready)
            {
                _outstanding = new Outstanding(command, id, receiver, timeout, _time.GetTimestamp());
                _state = AgentSessionState.Busy;
                _honestRest = _options.MaxReplyBytes;
                _connection.Splitter.MaxFrameBytes = Math.Min(command.MaxReplyBytes, _options.MaxReplyBytes);
                _deadline.Set(timeout * SlowShare);
            }
        }
        if (state != AgentSessionState.Ready)
            receiver.OnResult(new CommandResult.NoReply(NoReplyCause.NotReady, Written: false, $"the agent session is {state}"));
        else if (!_connection.TrySend(command, id))
            End(id, new CommandResult.NoReply(NoReplyCause.ConnectionLost, Written: false, "the agent's channel is closed"), AgentSessionState.Unsynchronized);
    }

    /// <summary>Ends an outstanding command that answers only with errors, because an event of QEMU's proved its success.</summary>
    /// <returns><see langword="false"/> if no such command is outstanding.</returns>
    public bool TryConfirm()
    {
        long id;
        lock (_gate)
        {
            if (_outstanding is not { Command.SuccessResponse: false } outstanding)
                return false;
            id = outstanding.Id;
        }
        return End(id, EncodedCommand.EmptyReturn, AgentSessionState.Unsynchronized);
    }

    /// <summary>Ends an outstanding command whose answer cannot come any more: the agent that had it is gone.</summary>
    public void Abandon(string detail) => Abandon(detail, synchronization: 0);

    /// <returns>Whether the session still lives.</returns>
    private bool Abandon(string detail, long synchronization)
    {
        Outstanding? lost;
        bool lives;
        lock (_gate)
        {
            lost = synchronization != 0 && _outstanding is { IsInherited: true } ? null : TakeOutstanding();
            lives = _state != AgentSessionState.Closed;
            if (lives)
                (_state, _synchronization) = (AgentSessionState.Unsynchronized, synchronization);
        }
        lost?.Receiver.OnResult(new CommandResult.NoReply(NoReplyCause.AgentRestarted, Written: true, detail));
        return lives;
    }

    /// <summary>Closes the connection; an outstanding command ends as lost.</summary>
    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(false);
        _deadline.Dispose();
    }

    /// <summary>
    /// Comes twice: first at the share of the time-out after which an answer is called slow, then at its end. On a busy machine it may come
    /// so late that the command it was meant for has ended: the outstanding one's own time decides.
    /// </summary>
    private void OnDeadline()
    {
        Outstanding outstanding;
        bool isOver, becameSlow;
        lock (_gate)
        {
            if (!_deadline.HasPassed() || _outstanding is null)
                return;
            outstanding = _outstanding;
            var elapsed = _time.GetElapsedTime(outstanding.StartedAt);
            isOver = elapsed >= outstanding.Timeout;
            becameSlow = !outstanding.IsSlow;
            outstanding.IsSlow = true;
            if (isOver)
                _abandoned = new Abandoned(outstanding.Command, outstanding.Id);
            else
                _deadline.Set(outstanding.Timeout - elapsed);
        }
        if (becameSlow)
            _observer.OnSlow(this, isOver ? TimeSpan.Zero : outstanding.Timeout * (1 - SlowShare));
        if (isOver)
            End(outstanding.Id, new CommandResult.NoReply(NoReplyCause.DeadlinePassed, Written: true, "no answer by the deadline; the command may still run"), AgentSessionState.Unsynchronized);
    }

    /// <summary>Gives the outstanding command its result, if it is still the one with this id: the first cause wins.</summary>
    private bool End(long id, CommandResult result, AgentSessionState next)
    {
        Outstanding? ended = null;
        AgentSession? heir;
        lock (_gate)
        {
            heir = _hasHeritage ? _heir : null;
            if (_outstanding is { } outstanding && outstanding.Id == id)
                ended = TakeOutstanding();
        }
        // It was taken over while its answer was read.
        if (ended is null)
            return heir?.End(id, result, AgentSessionState.Unsynchronized) == true;
        lock (_gate)
        {
            if (_state != AgentSessionState.Closed)
                _state = next;
            if (next == AgentSessionState.Ready)
                _honestRest = 0;
        }
        ended.Receiver.OnResult(result);
        return true;
    }

    private Outstanding? TakeOutstanding()
    {
        var outstanding = _outstanding;
        if (outstanding is null)
            return null;
        _outstanding = null;
        _connection.Splitter.MaxFrameBytes = _options.MaxUnsolicitedBytes;
        _deadline.Clear();
        return outstanding;
    }
}
