using Akka.Actor;

namespace Orchestrator.Actors.Clustering.Duties;

/// <summary>What does the work of a duty on the node that has it.</summary>
public interface IDutyPart
{
    /// <summary>Begins: the actors are children of the duty's own, and are stopped when it ends.</summary>
    /// <param name="claim">The right to it. What they write carries its epoch.</param>
    /// <param name="tenure">Whether it still holds, for what the store does not fence.</param>
    /// <param name="context">Of the duty's actor.</param>
    /// <returns>The children. One of them that loses the claim tells its parent <see cref="DutyLost"/>.</returns>
    IReadOnlyList<IActorRef> Begin(DutyClaim claim, DutyTenure tenure, IActorContext context);

    /// <summary>They have stopped.</summary>
    void Ended(DutyClaim claim);
}

/// <summary>To a duty's actor, from one of its children: the store says that another node has the duty.</summary>
public sealed class DutyLost : INoSerializationVerificationNeeded
{
    /// <summary>The only one.</summary>
    public static readonly DutyLost Instance = new();

    private DutyLost()
    {
    }
}
