using Akka.Actor;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qmp;
using Orchestrator.Protocol.Transport;

namespace Orchestrator.Actors.Vms.Qmp;

/// <summary>
/// Owns one VM's QMP connection: connects and negotiates with back-off, and passes commands to the session. Starting never fails:
/// connecting is a message. Child of the <c>VmActor</c>. Behaviours: Connecting ⇄ Online.
/// </summary>
internal sealed class QmpSessionActor : UntypedActor, IWithTimers
{
    private const string ConnectTimer = "connect";

    private readonly Endpoint _endpoint;
    private readonly VmSettings _settings;
    private CancellationTokenSource? _attempt;
    private SessionObserver? _observer;
    private Task<QmpSession>? _connection;
    private QmpSession? _session;
    private string? _endedBecause;
    private int _failures;

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public QmpSessionActor(Endpoint endpoint, VmSettings settings)
    {
        _endpoint = endpoint;
        _settings = settings;
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsFor(Endpoint endpoint, VmSettings settings) => Props.Create(() => new QmpSessionActor(endpoint, settings)).WithDispatcher(settings.Dispatcher);

    /// <inheritdoc/>
    protected override void PreStart()
    {
        Become(Connecting);
        Connect();
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        Interlocked.Exchange(ref _attempt, null)?.Cancel();
        if (_connection is not null)
            _ = CloseAsync(_connection);
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message) => Unhandled(message);

    private void Connecting(object message)
    {
        switch (message)
        {
            case QmpSignals.Connected connected:
                OnConnected(connected.Session);
                break;
            case QmpSignals.ConnectFailed failed:
                OnConnectFailed(failed.Cause);
                break;
            case QmpSignals.ConnectDue:
                Connect();
                break;
            case QmpCommands.Execute execute:
                execute.Receiver.OnResult(new CommandResult.NoReply(NoReplyCause.NotReady, Written: false, $"no QMP session at {_endpoint}"));
                break;
            case QmpCommands.Cancel:
                // Nothing waits here without a session.
                break;
            case QmpSignals.SessionClosed closed when closed.Observer == _observer:
                // Of an attempt that failed, which tells its failure itself, or of a session that is about to be handed over.
                _endedBecause = closed.Cause;
                break;
            case QmpSignals.SessionClosed:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Online(object message)
    {
        switch (message)
        {
            case QmpCommands.Execute execute:
                (execute.Receiver as ISendObserver)?.OnSending();
                _session!.Begin(execute.Command, execute.Deadline.Remaining(_settings.Time), execute.Receiver);
                break;
            case QmpCommands.Cancel cancel:
                _session!.Cancel(cancel.Receiver);
                break;
            case QmpSignals.SessionClosed closed when closed.Observer == _observer:
                OnClosed(closed.Cause);
                break;
            case QmpSignals.SessionClosed:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Connect()
    {
        _observer = new SessionObserver(Self, Context.Parent);
        _endedBecause = null;
        _connection = ConnectAsync(_observer);
        _connection.PipeTo(Self, success: session => new QmpSignals.Connected(session), failure: e => new QmpSignals.ConnectFailed(e));
    }

    private async Task<QmpSession> ConnectAsync(SessionObserver observer)
    {
        var limit = _settings.ConnectTimeout + _settings.Qmp.GreetingTimeout + _settings.Qmp.NegotiationTimeout;
        // Nothing of it stays once the connection is there: most connections are there for months.
        var attempt = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _settings.Time);
        _attempt = attempt;
        try
        {
            return await _settings.Connections.EnterAsync(
                async () =>
                {
                    attempt.CancelAfter(limit);
                    return await QmpSession.AttachAsync(await _settings.Connect(_endpoint, attempt.Token).ConfigureAwait(false), _settings.Qmp, observer, _settings.Time, attempt.Token).ConfigureAwait(false);
                },
                _settings.Time,
                attempt.Token).ConfigureAwait(false);
        }
        finally
        {
            if (Interlocked.CompareExchange(ref _attempt, null, attempt) == attempt)
                attempt.Dispose();
        }
    }

    /// <summary>Closes the newest connection, whether it was taken over, lies in the mailbox or is still being made.</summary>
    private static async Task CloseAsync(Task<QmpSession> connection)
    {
        await ((Task)connection).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (connection.IsCompletedSuccessfully)
            await (await connection.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
    }

    private void OnConnected(QmpSession session)
    {
        _session = session;
        if (_endedBecause is { } cause)
        {
            OnClosed(cause);
            return;
        }
        _failures = 0;
        VmMetrics.Connects.Add(VmMetrics.Qmp);
        Become(Online);
        Context.Parent.Tell(new QmpEvents.Attached(session.Greeting));
    }

    private void OnConnectFailed(Exception cause)
    {
        var busy = cause is QmpConnectException { Fault: QmpConnectFault.MonitorBusy };
        RetryAfter(cause is OperationCanceledException ? "the connection attempt timed out" : cause.Message, busy);
    }

    private void OnClosed(string cause)
    {
        _session = null;
        Become(Connecting);
        RetryAfter(cause, monitorBusy: false);
    }

    private void RetryAfter(string cause, bool monitorBusy)
    {
        _failures++;
        VmMetrics.Losses.Add(VmMetrics.Qmp);
        Timers.StartSingleTimer(ConnectTimer, QmpSignals.ConnectDue.Instance, _settings.Reconnect.After(_failures));
        Context.Parent.Tell(new QmpEvents.Detached($"{_endpoint}: {cause}", monitorBusy));
    }
}
