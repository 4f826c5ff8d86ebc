namespace Orchestrator.Bench.Fleet.Peers;

/// <summary>Names of the benchmark's VMs: vm0001, vm0002 and so on.</summary>
public static class FleetNames
{
    /// <summary>The name of VM <paramref name="number"/>, counted from 1.</summary>
    public static string Of(int number) => $"vm{number:D4}";

    /// <summary>The names of the first <paramref name="count"/> VMs.</summary>
    public static IEnumerable<string> First(int count) => Enumerable.Range(1, count).Select(Of);
}
