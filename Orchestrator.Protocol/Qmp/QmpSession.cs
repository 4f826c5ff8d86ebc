using System.Text.Json;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Framing;
using Orchestrator.Protocol.Transport;

namespace Orchestrator.Protocol.Qmp;

/// <summary>
/// One connection to a QMP monitor, greeted and negotiated: a session that exists can no longer fail to start. Commands are matched to
/// answers by id; events may come at any moment. All members may be called from any thread.
/// </summary>
public sealed partial class QmpSession : IAsyncDisposable
{
    private readonly FrameConnection _connection;
    private readonly QmpSessionOptions _options;
    private readonly IQmpSessionObserver _observer;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource<QmpGreeting> _greeting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PendingCommands _pending;

    private QmpSession(Stream stream, QmpSessionOptions options, IQmpSessionObserver observer, TimeProvider time)
    {
        _options = options;
        _observer = observer;
        _time = time;
        _connection = new FrameConnection(stream, options.MaxFrameBytes);
        _pending = new PendingCommands(_connection, options, time);
    }

    /// <summary>What the server said of itself.</summary>
    public QmpGreeting Greeting { get; private set; } = new("", false);

    /// <summary>Whether commands may be sent past those that wait (<c>exec-oob</c>).</summary>
    public bool OutOfBand { get; private set; }

    /// <summary>Ends when the connection has ended and every outstanding command has its result.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Number of messages that answered nothing: late, or malformed.</summary>
    public long DroppedFrames { get; private set; }

    /// <summary>Connects, waits for the greeting and negotiates.</summary>
    /// <exception cref="QmpConnectException">A step failed or passed its deadline.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">Nobody listens.</exception>
    public static async Task<QmpSession> ConnectAsync(
        Endpoint endpoint, QmpSessionOptions options, IQmpSessionObserver observer, TimeProvider time, CancellationToken cancellationToken)
    {
        var stream = await EndpointConnector.ConnectAsync(endpoint, cancellationToken).ConfigureAwait(false);
        return await AttachAsync(stream, options, observer, time, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes over a connected stream, waits for the greeting and negotiates.</summary>
    /// <exception cref="QmpConnectException">A step failed or passed its deadline.</exception>
    public static async Task<QmpSession> AttachAsync(
        Stream stream, QmpSessionOptions options, IQmpSessionObserver observer, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var session = new QmpSession(stream, options, observer, time);
        session.Completion = session.ReadAsync();
        try
        {
            session.Greeting = await session.AwaitGreetingAsync(cancellationToken).ConfigureAwait(false);
            await session.NegotiateAsync().ConfigureAwait(false);
            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Sends a command; the result goes to <paramref name="receiver"/>, possibly before this returns.</summary>
    /// <param name="command">A QMP command; out-of-band ones overtake.</param>
    /// <param name="timeout">From now to the answer, waiting for its turn included.</param>
    /// <param name="receiver">Gets exactly one result.</param>
    public void Begin(EncodedCommand command, TimeSpan timeout, IReplyReceiver receiver)
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(receiver);
        _pending.Begin(command, timeout, receiver);
    }

    /// <summary>Takes back a command that has not been written: its result is then <see cref="NoReplyCause.Cancelled"/>. One that was written goes on.</summary>
    /// <param name="receiver">The one it was begun with.</param>
    public void Cancel(IReplyReceiver receiver) => _pending.Cancel(receiver);

    /// <summary>Sends a command and awaits its result.</summary>
    public Task<CommandResult> ExecuteAsync(EncodedCommand command, TimeSpan timeout)
    {
        var receiver = new TaskReplyReceiver();
        Begin(command, timeout, receiver);
        return receiver.Task;
    }

    /// <summary>Closes the connection; outstanding commands end as lost.</summary>
    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(false);
    }

    private async Task<QmpGreeting> AwaitGreetingAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _greeting.Task.WaitAsync(_options.GreetingTimeout, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new QmpConnectException(
                QmpConnectFault.MonitorBusy,
                $"no QMP greeting within {_options.GreetingTimeout.TotalSeconds:0.###} s: another client holds this monitor, or QEMU is stuck. Give QEMU a second -qmp socket, or end the other client");
        }
    }

    private async Task NegotiateAsync()
    {
        using var none = JsonDocument.Parse("""{"enable":[]}""");
        using var outOfBand = JsonDocument.Parse("""{"enable":["oob"]}""");
        var command = EncodedCommand.ForQmp("qmp_capabilities", (Greeting.OffersOutOfBand ? outOfBand : none).RootElement);
        switch (await ExecuteAsync(command, _options.NegotiationTimeout).ConfigureAwait(false))
        {
            case CommandResult.Returned:
                OutOfBand = Greeting.OffersOutOfBand;
                return;
            case CommandResult.Refused refused:
                throw new QmpConnectException(QmpConnectFault.NegotiationFailed, $"qmp_capabilities was refused: {refused.Error.Class}: {refused.Error.Description}");
            case CommandResult.NoReply { Cause: NoReplyCause.ConnectionLost } lost:
                throw new QmpConnectException(QmpConnectFault.ConnectionLost, lost.Detail);
            case var other:
                throw new QmpConnectException(QmpConnectFault.NegotiationFailed, $"qmp_capabilities had no usable answer: {other}");
        }
    }
}
