using Akka.Actor;
using Orchestrator.Actors.Migration;

namespace Orchestrator.Actors.Vms.Agent;

/// <summary>A migration that is about to stop the guest: nothing new is written, and what was written is waited for. What waits in the queue keeps its own deadlines.</summary>
internal sealed partial class AgentSessionActor
{
    private const string DrainTimer = "drain";
    private const string HoldTimer = "hold";

    private IActorRef? _drainAsker;
    private bool _isHeld;

    private void OnHold(AgentHold message)
    {
        switch (message)
        {
            case AgentHold.Take take:
                _isHeld = true;
                _drainAsker = Sender;
                Timers.StartSingleTimer(DrainTimer, new DrainOver(), take.Drain);
                Timers.StartSingleTimer(HoldTimer, AgentHold.Release.Instance, take.Longest);
                IsHeld();
                break;
            case DrainOver:
                TellHeld(isDrained: false);
                break;
            case AgentHold.Release when _isHeld:
                OnHoldReleased();
                break;
        }
    }

    /// <summary>Whether nothing may begin; if so, whoever waits for that hears that nothing is under way.</summary>
    private bool IsHeld()
    {
        if (_isHeld && _turn is null)
            TellHeld(isDrained: true);
        return _isHeld;
    }

    private void TellHeld(bool isDrained)
    {
        Timers.Cancel(DrainTimer);
        var mayBeCut = !isDrained && _turn is { IsPreflight: false, Request: { GoesBack: false, Command: var command } } && _session is { IsBeingAnswered: true } && EvidenceRules.IsLostWithAnswer(command);
        _drainAsker?.Tell(new AgentHold.Held(isDrained, mayBeCut));
        _drainAsker = null;
    }

    private void OnHoldReleased()
    {
        _isHeld = false;
        _drainAsker = null;
        Timers.Cancel(DrainTimer);
        Timers.Cancel(HoldTimer);
        TakeTurnIfIdle();
    }

    private sealed record DrainOver : AgentHold;
}
