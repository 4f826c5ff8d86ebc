using Akka.Actor;
using Orchestrator.Actors.Vms.Observation;
using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Actors.Vms.Agent;

/// <summary>The queue, and one command at a time.</summary>
internal sealed partial class AgentSessionActor
{
    private static readonly EncodedCommand Ping = EncodedCommand.ForGuest("guest-ping");

    private void OnExecuteWhileNotReady(AgentCommands.Execute execute)
    {
        if (execute.IfIdle)
            execute.Receiver.OnResult(new CommandResult.NoReply(NoReplyCause.NotReady, Written: false, "the agent is not ready"));
        else if (execute.AnswerTimeout is null && _told is AgentState.Absent or AgentState.Unresponsive or AgentState.Quarantined)
            execute.Receiver.OnResult(new CommandResult.NoReply(NoReplyCause.NotReady, Written: false, $"the agent is {_told}"));
        else
            _queue.Add(execute);
        WatchQueue();
    }

    /// <summary>
    /// A question of the node's own that nobody waits for. The end of a program is told only once: it is not asked for while its answer could push
    /// out another that somebody may still want.
    /// </summary>
    private void OnIdleQuestion(AgentCommands.Execute idle)
    {
        if (_ends.TryGet(idle.Command, out var end, isClaim: false))
            idle.Receiver.OnResult(end!);
        else if (_isHeldBack || _isHeld || _turn is not null || _queue.Count > 0 || (idle.Command.Name == "guest-exec-status" && !_ends.HasRoomForUnclaimed))
            idle.Receiver.OnResult(new CommandResult.NoReply(NoReplyCause.QueueFull, Written: false, "the agent has others to answer"));
        else
            Begin(idle, isPreflight: false);
    }

    private void NoteEnd(EncodedCommand command, CommandResult result, bool isClaimed)
    {
        if (!_ends.Note(command, result, isClaimed) || result is not CommandResult.Returned ended)
            return;
        Context.Parent.Tell(ProgramEnds.Read(command, ended));
    }

    private void TakeTurnIfIdle()
    {
        if (_session is { State: AgentSessionState.Ready } && _turn is null && _told == AgentState.Ready)
            TakeTurn();
    }

    private void TakeTurn()
    {
        _queue.ExpireOverdue();
        if (IsHeld() || _isHeldBack)
        {
            WatchQueue();
            return;
        }
        if (!_queue.BeginsWithFirst && _left.TryTake(Self, out var close))
        {
            Begin(close, isPreflight: NeedsPreflight(close));
            return;
        }
        while (_queue.TryTake(out var next))
        {
            if (_ends.TryGet(next.Command, out var end))
            {
                next.Receiver.OnResult(end!);
                continue;
            }
            Begin(next, isPreflight: NeedsPreflight(next));
            return;
        }
    }

    /// <summary>
    /// A command that changes the guest is not risked on an agent that may have fallen silent: if the question before it stays without
    /// answer, the command was provably never sent.
    /// </summary>
    private bool NeedsPreflight(AgentCommands.Execute next) =>
        !next.First && next.Command.Class != CommandClass.ReadOnly && _settings.Time.GetElapsedTime(_lastAnswer) > _settings.AgentFreshness;

    private void Begin(AgentCommands.Execute request, bool isPreflight)
    {
        _turn = new Execution(request, isPreflight, Self);
        if (!isPreflight && request.Receiver is ISendObserver observer)
            observer.OnSending();
        _session!.Begin(isPreflight ? Ping : request.Command, request.AnswerTimeout ?? request.Deadline.Remaining(_settings.Time), _turn);
    }

    private void OnEnded(AgentSignals.Ended ended)
    {
        _turn = null;
        var request = ended.Execution.Request;
        if (Execution.IsLost(ended.Result))
        {
            OnTurnLost(ended.Result);
            return;
        }
        _lastAnswer = _settings.Time.GetTimestamp();
        if (ended.Execution.IsPreflight && (_isHeldBack || _isHeld))
        {
            _queue.Add(request);
            WatchQueue();
            IsHeld();
            return;
        }
        if (ended.Execution.IsPreflight)
        {
            Begin(request, isPreflight: false);
            return;
        }
        NoteEnd(request.Command, ended.Result, isClaimed: !request.IfIdle);
        if (_session!.State != AgentSessionState.Ready)
        {
            // Confirmed by an event: what the agent still says to it must not meet the next command.
            StartSynchronizing();
            return;
        }
        TakeTurn();
    }

    /// <summary>The session is out of step: silence, a cut or a broken answer. Only a deadline says something about the agent.</summary>
    private void OnTurnLost(CommandResult result)
    {
        if (result is CommandResult.NoReply { Cause: NoReplyCause.DeadlinePassed } silence)
            OnSilence(silence.Detail);
        StartSynchronizing();
        IsHeld();
    }

    private void WatchQueue()
    {
        if (_queue.NextDeadline() is { } next)
            Timers.StartSingleTimer(QueueTimer, AgentSignals.QueueDeadlineDue.Instance, next);
    }
}
