using Akka.Actor;

namespace Orchestrator.Actors.Clustering;

/// <summary>Tells the loss of a duty from other failures of a store.</summary>
public static class DutyLosses
{
    /// <summary>Whether a failure is, or is because of, a <see cref="DutyLostException"/>.</summary>
    public static bool IsDutyLost(this Exception failure)
    {
        for (var error = failure; error is not null; error = error.InnerException)
        {
            if (error is DutyLostException)
                return true;
        }
        return false;
    }

    /// <summary>Ends an actor whose store says that another node does its work: its parent is told, and it does nothing more.</summary>
    internal static void GiveUpDuty(this IActorContext context)
    {
        context.Parent.Tell(Duties.DutyLost.Instance);
        context.Stop(context.Self);
    }
}
