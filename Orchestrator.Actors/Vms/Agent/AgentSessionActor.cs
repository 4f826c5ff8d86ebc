using Akka.Actor;
using Orchestrator.Actors.Migration;
using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Transport;

namespace Orchestrator.Actors.Vms.Agent;

/// <summary>
/// Owns one VM's agent channel: connects with back-off, synchronizes, and lets one command at a time through. Starting never fails:
/// connecting is a message. Child of the <c>VmActor</c>, which tells it what QEMU says of the guest's port.
/// Behaviours: Disconnected → Synchronizing → Serving; Absent while the guest's port is closed, Quarantined while the guest is not trusted.
/// </summary>
internal sealed partial class AgentSessionActor : UntypedActor, IWithTimers
{
    private const string ConnectTimer = "connect";
    private const string SynchronizeTimer = "synchronize";
    private const string PatienceTimer = "patience";
    private const string QueueTimer = "queue";

    private readonly VmSettings _settings;
    private readonly GuestBudget _budget;
    private readonly CommandQueue _queue;
    private readonly ClaimAllowance _claims;
    private readonly ExecStatusCache _ends;
    private readonly LeftHandles _left;

    private CancellationTokenSource? _attempt;
    private Task<AgentSession>? _connection;
    private AgentSession? _session;
    private Execution? _turn;
    private bool? _portOpen;
    private bool _newIncarnation = true;
    private bool _silent;
    private int _failures;
    private int _synchronizations;
    private long _lastAnswer;
    private AgentState? _told;

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public AgentSessionActor(Endpoint endpoint, VmSettings settings, GuestBudget budget, IReadOnlyList<KeptEnd>? ends)
    {
        _budget = budget;
        _endpoint = endpoint;
        _settings = settings;
        _queue = new CommandQueue(settings.MaxQueuedCommands, settings.Time);
        _left = new LeftHandles(settings.Time);
        _ends = new ExecStatusCache(settings.Time);
        _claims = new ClaimAllowance(settings.GuestEventBurst, settings.GuestEventPause, settings.Time);
        if (ends is null)
            return;
        (_newIncarnation, _hasArrived) = (false, true);
        _ends.Restore(ends);
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>Props. The guest's budget outlives a restart of the actor, and so does its quarantine.</summary>
    /// <param name="endpoint">Where the channel is.</param>
    /// <param name="settings">Deadlines, pauses and limits.</param>
    /// <param name="ends">Of an agent that another node spoke to until now, what that one kept: it is not a new one. <see langword="null"/> for one that is.</param>
    public static Props PropsFor(Endpoint endpoint, VmSettings settings, IReadOnlyList<KeptEnd>? ends = null)
    {
        var budget = new GuestBudget(settings.GuestLimits, settings.Time);
        return Props.Create(() => new AgentSessionActor(endpoint, settings, budget, ends)).WithDispatcher(settings.Dispatcher);
    }

    /// <inheritdoc/>
    protected override void PreStart()
    {
        if (_budget.Quarantine is { } quarantine)
        {
            BecomeQuarantined(quarantine);
            return;
        }
        Become(Disconnected);
        Connect();
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        Interlocked.Exchange(ref _attempt, null)?.Cancel();
        if (_connection is not null)
            _ = CloseAsync(_connection);
        Forgo();
        CloseFormer();
        _queue.EndAll(new CommandResult.NoReply(NoReplyCause.ConnectionLost, Written: false, "the VM is no longer managed here"));
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message) => Unhandled(message);

    private void Disconnected(object message)
    {
        switch (message)
        {
            case AgentSignals.Connected connected when connected.At is null || connected.At == _endpoint:
                OnConnected(connected.Session);
                break;
            case AgentSignals.ConnectFailed failed when failed.At == _endpoint:
                OnConnectFailed(failed.Cause);
                break;
            case AgentSignals.ConnectDue:
                Connect();
                break;
            case AgentCommands.SetPort port when !IsFlapping(port):
                _portOpen = port.Open;
                break;
            default:
                Always(message);
                break;
        }
    }

    /// <summary>Connected, and the guest's port is closed: nothing is written that a later agent might run.</summary>
    private void Absent(object message)
    {
        if (message is not AgentCommands.SetPort port)
            Always(message);
        else if (!IsFlapping(port) && port.Open)
            OnPortOpened(fromEvent: true);
    }

    private void Synchronizing(object message)
    {
        switch (message)
        {
            case AgentSignals.Synchronized synchronized when synchronized.Session == _session && _session.State == AgentSessionState.Ready:
                OnSynchronized();
                break;
            case AgentSignals.SynchronizeDue when _hasArrived:
                ConnectAnew();
                break;
            case AgentSignals.SynchronizeDue:
                Synchronize();
                break;
            case AgentSignals.PatienceEnded:
                OnSilence($"the agent has not answered a synchronization for {_settings.SynchronizeTimeout.TotalSeconds:0.#} s");
                break;
            default:
                Connected(message);
                break;
        }
    }

    /// <summary>Synchronized: one command has its turn, others wait.</summary>
    private void Serving(object message)
    {
        switch (message)
        {
            case AgentCommands.Execute { IfIdle: true } idle:
                OnIdleQuestion(idle);
                break;
            case AgentCommands.Execute execute:
                _queue.Add(execute);
                if (_turn is null)
                    TakeTurn();
                if (_turn is not null || _isHeld)
                    WatchQueue();
                break;
            case AgentSignals.Ended ended when ended.Execution == _turn:
                OnEnded(ended);
                break;
            case AgentCommands.CloseLater left when _turn is null:
                _left.Add(left.Close);
                TakeTurn();
                break;
            case AgentCommands.Confirm:
                _session!.TryConfirm();
                break;
            default:
                Connected(message);
                break;
        }
    }

    private void Connected(object message)
    {
        switch (message)
        {
            case AgentCommands.SetPort port when IsFlapping(port):
                break;
            case AgentSignals.AnsweredLate late when late.Session == _session:
                // The end of a program is told once, also to one who has not waited for it.
                NoteEnd(late.Command, late.Result, isClaimed: false);
                break;
            case AgentCommands.SetPort { Open: true } opened:
                OnPortOpened(opened.FromEvent);
                break;
            case AgentCommands.SetPort { Open: false }:
                OnPortClosed();
                break;
            default:
                Always(message);
                break;
        }
    }

    private void Always(object message)
    {
        if (OnMigration(message))
            return;
        switch (message)
        {
            case AgentCommands.Execute execute:
                OnExecuteWhileNotReady(execute);
                break;
            case AgentCommands.Cancel cancel:
                _queue.Cancel(cancel.Receiver);
                break;
            case AgentCommands.CloseLater left:
                _left.Add(left.Close);
                break;
            case AgentHold hold:
                OnHold(hold);
                break;
            case AgentSignals.SessionClosed closed when closed.Session == _session:
                OnClosed(closed.Cause);
                break;
            case AgentSignals.BudgetExceeded when _told != AgentState.Quarantined && _budget.Quarantine is { } quarantine:
                BecomeQuarantined(quarantine);
                break;
            case AgentSignals.QueueDeadlineDue:
                _queue.ExpireOverdue();
                WatchQueue();
                break;
            case AgentSignals.Ended { Execution.IsPreflight: true } overtaken when !Execution.IsLost(overtaken.Result):
                // The agent answered and was restarted before the command itself was written.
                OnExecuteWhileNotReady(overtaken.Execution.Request);
                break;
            case AgentSignals.Connected late:
                _ = late.Session.DisposeAsync().AsTask();
                break;
            case ILocalSignal:
                // Of a session, a turn or a timer that is no longer the current one.
                break;
            default:
                Unhandled(message);
                break;
        }
    }
}
