using Akka.Actor;
using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Transport;

namespace Orchestrator.Actors.Vms.Agent;

/// <summary>Connection, port and synchronization.</summary>
internal sealed partial class AgentSessionActor
{
    private void Connect()
    {
        Await(ConnectAsync(new SessionObserver(Self, Context.Parent, _budget, _claims)));
    }

    private void Await(Task<AgentSession> connection)
    {
        var at = _endpoint;
        _connection = connection;
        connection.PipeTo(
            Self,
            success: session => new AgentSignals.Connected(session) { At = at },
            failure: e => new AgentSignals.ConnectFailed(at, e is OperationCanceledException ? "the connection attempt timed out" : e.Message));
    }

    private async Task<AgentSession> ConnectAsync(SessionObserver observer)
    {
        // Nothing of it stays once the connection is there: most connections are there for months.
        var attempt = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _settings.Time);
        _attempt = attempt;
        try
        {
            return await _settings.Connections.EnterAsync(
                async () =>
                {
                    attempt.CancelAfter(_settings.ConnectTimeout);
                    return AgentSession.Attach(await _settings.Connect(_endpoint, attempt.Token).ConfigureAwait(false), _former is null ? _settings.Agent : _settings.Agent with { IsHeir = true }, observer, _settings.Time);
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

    private void OnConnected(AgentSession session)
    {
        _session = session;
        InheritFrom(session);
        session.Name(_attended?.Session);
        if (session.State == AgentSessionState.Closed)
            // Its end may have been told before it was ours.
            OnClosed("the connection ended right after it was made");
        else if (_portOpen == false)
            BecomeAbsent();
        else
            StartSynchronizing();
    }

    /// <summary>Closes the newest connection, whether it was taken over, lies in the mailbox or is still being made.</summary>
    internal static async Task CloseAsync(Task<AgentSession> connection)
    {
        await ((Task)connection).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (connection.IsCompletedSuccessfully)
            await (await connection.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
    }

    private void OnConnectFailed(string cause)
    {
        _failures++;
        VmMetrics.Losses.Add(VmMetrics.Agent);
        Timers.StartSingleTimer(ConnectTimer, AgentSignals.ConnectDue.Instance, _settings.Reconnect.After(_failures));
        if (_isHeldBack)
            return;
        Tell(AgentState.Absent, $"no connection to {_endpoint}: {cause}");
        EndWaiting();
    }

    private void OnClosed(string cause)
    {
        Forsake();
        // QEMU itself is gone: it never ends a connection by itself. The guest may go on at a migration's destination; and where another node is in between, only that may be gone.
        _newIncarnation |= !_isHeldBack && _endpoint is not Endpoint.Relayed;
        _portOpen = null;
        Become(Disconnected);
        OnConnectFailed(cause);
    }

    /// <summary>
    /// The guest opened its end. When it was open already, the agent was restarted: QEMU merges close and open into one event.
    /// An answer to a query only tells what the state is.
    /// </summary>
    private void OnPortOpened(bool fromEvent)
    {
        var wasOpen = _portOpen != false;
        _portOpen = true;
        if (wasOpen && !fromEvent)
            return;
        _newIncarnation = true;
        StartSynchronizing();
    }

    /// <summary>
    /// The agent is gone. The connection is made anew at once, so that bytes QEMU has not passed on are not run by the next agent.
    /// </summary>
    private void OnPortClosed()
    {
        _portOpen = false;
        _newIncarnation = true;
        var session = _session;
        Forsake();
        Become(Disconnected);
        Tell(AgentState.Absent, "no agent has opened the channel in the guest");
        EndWaiting();
        session?.Abandon("the agent closed its channel before it answered");
        _ = session?.DisposeAsync().AsTask();
        Connect();
    }

    private void BecomeAbsent()
    {
        Become(Absent);
        Tell(AgentState.Absent, "no agent has opened the channel in the guest");
        EndWaiting();
    }

    private void StartSynchronizing()
    {
        _turn = null;
        _synchronizations = PastSynchronizations;
        Become(Synchronizing);
        if (!_silent && !_isHeldBack)
        {
            Tell(AgentState.Connecting, "synchronizing with the agent");
            Timers.StartSingleTimer(PatienceTimer, AgentSignals.PatienceEnded.Instance, _settings.SynchronizeTimeout);
        }
        Synchronize();
    }

    private void Synchronize()
    {
        _synchronizations++;
        if (_isHeldBack)
            return;
        Timers.StartSingleTimer(SynchronizeTimer, AgentSignals.SynchronizeDue.Instance, _settings.Resynchronize.After(_synchronizations));
        _session!.BeginSynchronize();
    }

    private void OnSynchronized()
    {
        CancelTimers();
        CloseFormer();
        (_failures, _hasArrived) = (0, false);
        if (_newIncarnation)
            VmMetrics.Connects.Add(VmMetrics.Agent);
        if (_newIncarnation)
            _ends.Clear();
        _silent = false;
        _lastAnswer = _settings.Time.GetTimestamp();
        Become(Serving);
        Tell(AgentState.Ready, null);
        _newIncarnation = false;
        TakeTurn();
    }

    private void OnSilence(string cause)
    {
        if (_isHeldBack)
            return;
        _silent = true;
        Tell(AgentState.Unresponsive, cause);
        EndWaiting();
    }

    private void Forsake()
    {
        CancelTimers();
        _session = null;
        _turn = null;
        _silent = false;
    }

    private void CancelTimers()
    {
        Timers.Cancel(SynchronizeTimer);
        Timers.Cancel(PatienceTimer);
    }

    private void EndWaiting() =>
        _queue.EndImpatient(new CommandResult.NoReply(NoReplyCause.NotReady, Written: false, "the agent did not become ready"));

    private void Tell(AgentState state, string? message)
    {
        if (_told == state && state != AgentState.Ready)
            return;
        _told = state;
        Context.Parent.Tell(new AgentEvents.StateChanged(state, message, state == AgentState.Ready && _newIncarnation));
    }
}
