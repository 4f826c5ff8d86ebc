namespace Orchestrator.EndToEnd.Tests.Clustering.Faults;

/// <summary>How many VMs each node of a <see cref="WorkingCluster"/> has.</summary>
/// <param name="Guests">With a guest of their own, which can be frozen.</param>
/// <param name="Light">A real agent without a guest.</param>
internal sealed record VmsOfNode(int Guests, int Light)
{
    /// <summary>Names of the node's real guests.</summary>
    public IEnumerable<string> GuestsOf(ClusterNode node) => Enumerable.Range(1, Guests).Select(number => $"{node.Name}-guest{number}");
}
