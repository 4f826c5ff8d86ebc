using Orchestrator.Actors.Clustering.Wire;

namespace Orchestrator.Actors.Clustering.Duties;

/// <summary>To a <c>DutyActor</c>, wherever it is.</summary>
public interface IDutyMessage : IWireMessage
{
    /// <summary>Name of the duty.</summary>
    string Duty { get; }
}

/// <summary>Messages of duties.</summary>
public static class DutyMessages
{
    /// <summary>Every node says it again and again: a duty whose node has died is begun elsewhere.</summary>
    public sealed record Remind(string Duty) : IDutyMessage;

    /// <summary>"Where is it done?" Answered by <see cref="Home"/>.</summary>
    public sealed record Locate(string Duty) : IDutyMessage;

    /// <summary>The node that has the duty.</summary>
    /// <param name="Duty">Name of the duty.</param>
    /// <param name="Node">Name of the node.</param>
    /// <param name="Epoch">Of its claim; <see langword="null"/> while it has none yet.</param>
    public sealed record Home(string Duty, string Node, long? Epoch) : IWireMessage;

    /// <summary>"I do not reach the store." Said again and again, to every node, while it is so.</summary>
    /// <param name="Address">Akka address of the node that says it.</param>
    public sealed record StoreAway(string Address) : IWireMessage;
}
