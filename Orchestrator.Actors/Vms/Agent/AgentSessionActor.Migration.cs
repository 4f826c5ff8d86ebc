using Akka.Actor;
using Orchestrator.Actors.VmHosts.Lending;
using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Transport;

namespace Orchestrator.Actors.Vms.Agent;

/// <summary>
/// A live migration: the agent, which is guest memory, goes on behind another channel. What waits, the ends of programs and the handles left open go
/// along; the outstanding command too (<see cref="AgentSession.Inherit"/>).
/// </summary>
internal sealed partial class AgentSessionActor
{
    private const string AttendTimer = "attend";
    private const int QuickRenewals = 3;

    /// <summary>Of one message between nodes, base64 and all.</summary>
    private const int MaxEndBytes = 32 * 1024;

    private Endpoint _endpoint;
    private AttendedChannel? _attended;
    private AgentSession? _former;
    private bool _isHeldBack;

    /// <summary>The guest has arrived, and its agent has not answered since.</summary>
    private bool _hasArrived;

    /// <summary>Connections that were made anew since.</summary>
    private int _renewals;

    /// <summary>Synchronizations that count for the pauses between them: the first renewals follow each other quickly.</summary>
    private int PastSynchronizations => _hasArrived ? Math.Max(0, _renewals - QuickRenewals) : 0;

    private bool OnMigration(object message)
    {
        switch (message)
        {
            case AgentCommands.Attend attend when attend.Endpoint != _attended?.Endpoint:
                Forgo();
                _attended = new AttendedChannel(attend.Endpoint);
                Attend();
                break;
            case AgentCommands.Attend:
                break;
            case AgentCommands.Forgo:
                Forgo();
                break;
            case AgentCommands.HoldBack hold:
                OnHoldBack(hold.Holds);
                break;
            case AgentCommands.Move move:
                OnMove(move.Endpoint);
                break;
            case AgentCommands.TellEnds:
                Sender.Tell(new LendingSignals.EndsTold(EndsToTake()));
                break;
            case AgentSignals.Attended attended:
                OnAttended(attended);
                break;
            case AgentSignals.AttendDue when _attended is { Session: null }:
                Attend();
                break;
            case AgentSignals.SessionClosed closed when _attended is { } attended && closed.Session == attended.Session:
                attended.Session = null;
                AttendLater(attended);
                break;
            case AgentSignals.Ended { Execution.IsMoved: true } ended:
                OnMovedTurnEnded(ended);
                break;
            default:
                return false;
        }
        return true;
    }

    /// <summary>What nobody has asked for yet must go along; of the rest, as much as there is room for, the newest first.</summary>
    /// <returns><see langword="null"/> while what must go along is too large.</returns>
    private IReadOnlyList<KeptEnd>? EndsToTake()
    {
        var (taken, bytes) = (new List<KeptEnd>(), 0);
        foreach (var end in _ends.Kept.Reverse().OrderBy(end => end.IsClaimed))
        {
            bytes += end.Answer.Length;
            if (bytes <= MaxEndBytes)
                taken.Add(end);
            else if (!end.IsClaimed)
                return null;
        }
        taken.Reverse();
        return taken;
    }

    private void Attend() => _attended!.Connect(_settings, new SessionObserver(Self, Context.Parent, _budget, _claims), Self);

    private void OnAttended(AgentSignals.Attended attended)
    {
        if (attended.Channel.IsTaken)
            return;
        if (attended.Channel != _attended)
        {
            // A channel has one client: this one would keep the next one out.
            _ = attended.Session?.DisposeAsync().AsTask();
            return;
        }
        if (attended.Session is not { } session)
        {
            AttendLater(attended.Channel);
            return;
        }
        attended.Channel.Session = session;
        if (session.State == AgentSessionState.Closed)
        {
            attended.Channel.Session = null;
            AttendLater(attended.Channel);
            return;
        }
        attended.Channel.Failures = 0;
        _session?.Name(session);
    }

    private void AttendLater(AttendedChannel attended)
    {
        _session?.Name(null);
        attended.Failures++;
        Timers.StartSingleTimer(AttendTimer, AgentSignals.AttendDue.Instance, _settings.Reconnect.After(attended.Failures));
    }

    private void Forgo()
    {
        _session?.Name(null);
        Timers.Cancel(AttendTimer);
        _attended?.Close();
        _attended = null;
    }

    /// <summary>The guest is about to leave, or has left: what is written now is lost. Held back, the agent's silence says nothing.</summary>
    private void OnHoldBack(bool holds)
    {
        if (_isHeldBack == holds)
            return;
        _isHeldBack = holds;
        if (holds)
            return;
        // The guest stays here after all.
        if (_session is { State: AgentSessionState.Ready })
            TakeTurnIfIdle();
        else if (_session is { State: AgentSessionState.Unsynchronized } && _portOpen != false && _told != AgentState.Quarantined)
            StartSynchronizing();
    }

    /// <summary>The guest runs at the destination: the channel there is the agent's from now on, whatever state that of the source is in.</summary>
    private void OnMove(Endpoint endpoint)
    {
        // Made anew, the channel would be without a client for a moment. A guest that is not trusted gets none.
        var attended = _told != AgentState.Quarantined && _attended?.Endpoint == endpoint ? _attended.Take() : null;
        var turn = _turn;
        var former = _session;
        if (attended is null)
            _attended?.Close();
        _attended = null;
        Timers.Cancel(AttendTimer);
        Timers.Cancel(ConnectTimer);
        _endpoint = endpoint;
        _isHeldBack = false;
        if (_told == AgentState.Quarantined)
            return;
        Forsake();
        _portOpen = null;
        (_failures, _hasArrived, _renewals) = (0, true, 0);
        CloseFormer();
        _former = former;
        // One that was moved before and has not ended is moved on.
        if (turn is not null)
            turn.IsMoved = true;
        if (former is null && _connection is { } underway)
            _ = CloseAsync(underway);
        Tell(AgentState.Connecting, "the guest was migrated: synchronizing with its agent at the destination");
        Become(Disconnected);
        if (attended is { IsCompletedSuccessfully: true, Result: { State: not AgentSessionState.Closed } session })
        {
            _connection = attended;
            OnConnected(session);
        }
        else if (attended is { IsCompleted: false })
            Await(attended);
        else
            Connect();
    }

    /// <summary>
    /// The agent has not answered after its arrival. QEMU may wait for the guest to go on, and the guest for QEMU to take the rest of a long answer that was
    /// cut at the switchover (measured on 7.2: a buffer of the port stays in use, with no event due). Without a client QEMU gives the buffers back.
    /// </summary>
    private void ConnectAnew()
    {
        _renewals++;
        var (session, silent) = (_session, _silent);
        Forsake();
        _silent = silent;
        _ = session?.DisposeAsync().AsTask();
        Become(Disconnected);
        Connect();
    }

    /// <summary>Answers of the guest's come to the session that its channel has now.</summary>
    private void InheritFrom(AgentSession session)
    {
        if (_former is { } former)
            session.Inherit(former);
    }

    /// <summary>Synchronized: nothing of before can come on either channel any more.</summary>
    private void CloseFormer()
    {
        if (_former is { } former)
            _ = former.DisposeAsync().AsTask();
        _former = null;
    }

    private void OnMovedTurnEnded(AgentSignals.Ended ended)
    {
        var request = ended.Execution.Request;
        if (ended.Execution.IsPreflight || Execution.NeverArrived(ended.Result))
        {
            OnExecuteWhileNotReady(request);
            TakeTurnIfIdle();
        }
        else if (!Execution.IsLost(ended.Result))
            NoteEnd(request.Command, ended.Result, isClaimed: !request.IfIdle);
    }
}
