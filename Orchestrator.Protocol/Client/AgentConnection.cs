using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Agent.Composites;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Transport;

namespace Orchestrator.Protocol.Client;

/// <summary>
/// A connection to a guest agent for programs that talk to a single VM: commands wait for their turn, and the session is synchronized before
/// the first one and after each one that was not answered.
/// </summary>
public sealed class AgentConnection : IAgentChannel, IAsyncDisposable
{
    private const int MaxWaiting = 64;
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Synchronization _synchronization = new();
    private AgentSession _session = null!;
    private int _waiting;

    private AgentConnection(TimeProvider time) => _time = time;

    /// <summary>Connects. Whether an agent answers shows at the first command.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">Nobody listens.</exception>
    public static async Task<AgentConnection> ConnectAsync(Endpoint endpoint, TimeProvider time, CancellationToken cancellationToken)
    {
        var channel = new AgentConnection(time);
        channel._session = await AgentSession.ConnectAsync(endpoint, new AgentSessionOptions(), channel._synchronization, time, cancellationToken).ConfigureAwait(false);
        return channel;
    }

    /// <inheritdoc/>
    public async Task<CommandResult> ExecuteAsync(EncodedCommand command, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (CompositeCommands.Of(command) is { } composite)
            return (await composite.RunAsync(new AgentTurns(this, timeout, _time)).ConfigureAwait(false)).ToCommandResult();
        var startedAt = _time.GetTimestamp();
        if (Interlocked.Increment(ref _waiting) > MaxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            return new CommandResult.NoReply(NoReplyCause.QueueFull, Written: false, $"{MaxWaiting} commands already wait for this agent");
        }
        await _turn.WaitAsync().ConfigureAwait(false);
        Interlocked.Decrement(ref _waiting);
        try
        {
            if (!await SynchronizeAsync(timeout - _time.GetElapsedTime(startedAt)).ConfigureAwait(false))
                return new CommandResult.NoReply(NoReplyCause.NotReady, Written: false, "no agent answers on this channel: is one installed and running in the guest?");
            var receiver = new TaskReplyReceiver();
            _session.Begin(command, timeout - _time.GetElapsedTime(startedAt), receiver);
            return await receiver.Task.ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void CloseLater(EncodedCommand close) => _ = ExecuteAsync(close, CloseTimeout);

    /// <summary>Closes the connection; a command that is under way ends as lost.</summary>
    public ValueTask DisposeAsync() => _session.DisposeAsync();

    private async Task<bool> SynchronizeAsync(TimeSpan timeout)
    {
        if (_session.State != AgentSessionState.Unsynchronized)
            return true;
        if (timeout <= TimeSpan.Zero)
            return false;
        var synchronized = _synchronization.Next();
        _session.BeginSynchronize();
        try
        {
            await synchronized.WaitAsync(timeout, _time).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private sealed class Synchronization : IAgentSessionObserver
    {
        private TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Next()
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _done, done);
            return done.Task;
        }

        public void OnSynchronized(AgentSession session) => Volatile.Read(ref _done).TrySetResult();

        public void OnSlow(AgentSession session, TimeSpan remaining)
        {
        }

        public void OnLateReply(AgentSession session, EncodedCommand command, CommandResult result)
        {
        }

        /// <summary>What a guest sends against the protocol fails its command; a client of one agent keeps no count of it.</summary>
        public void OnMisconduct(AgentSession session, Misconduct misconduct)
        {
        }

        public void OnDecoded(AgentSession session, int tokens)
        {
        }

        /// <summary>Whoever waits goes on, and finds the session closed.</summary>
        public void OnClosed(AgentSession session, string cause) => Volatile.Read(ref _done).TrySetResult();
    }
}
