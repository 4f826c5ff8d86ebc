using Akka.Actor;
using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Vms.Agent;

/// <summary>Turns what an agent session notices into messages, and counts what its guest does.</summary>
internal sealed class SessionObserver(IActorRef owner, IActorRef vm, GuestBudget budget, ClaimAllowance claims) : IAgentSessionObserver
{
    public void OnSynchronized(AgentSession session) => owner.Tell(new AgentSignals.Synchronized(session));

    public void OnSlow(AgentSession session, TimeSpan remaining) => vm.Tell(new AgentEvents.Slow(remaining));

    public void OnLateReply(AgentSession session, EncodedCommand command, CommandResult result)
    {
        owner.Tell(new AgentSignals.AnsweredLate(session, command, result));
        vm.Tell(new AgentEvents.LateReply(command, result));
    }

    public void OnMisconduct(AgentSession session, Misconduct misconduct)
    {
        if (budget.Count(misconduct))
            owner.Tell(AgentSignals.BudgetExceeded.Instance);
    }

    public void OnDecoded(AgentSession session, int tokens)
    {
        if (budget.CountTokens(tokens))
            owner.Tell(AgentSignals.BudgetExceeded.Instance);
    }

    public bool OnEvent(AgentSession session, AgentEvent happened)
    {
        if (!claims.TryTake())
            return false;
        vm.Tell(new AgentEvents.Claimed(happened));
        return true;
    }

    public void OnClosed(AgentSession session, string cause) => owner.Tell(new AgentSignals.SessionClosed(session, cause));
}
