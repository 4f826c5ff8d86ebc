namespace Orchestrator.Actors.Vms.Migration;

/// <summary>What a VM told its VmHost of itself.</summary>
/// <param name="Name">The VM's name.</param>
/// <param name="Uuid">As QEMU has it, not derived from names.</param>
/// <param name="RunState">QEMU's RunState, verbatim.</param>
internal sealed record TwinView(string Name, Guid Uuid, string RunState);

/// <summary>Which VMs are the two QEMUs of one: pure.</summary>
internal static class MigrationPairs
{
    /// <summary>
    /// The VM that lives on under its name, and the one that is a QEMU of it. A destination is known by <c>inmigrate</c>; one that runs already, by the
    /// source that was left behind (<c>postmigrate</c>): the node was not there to see it. Two that run are two VMs with the same identity.
    /// </summary>
    /// <param name="twins">VMs with the same identity.</param>
    /// <returns><see langword="null"/> if there is no such pair.</returns>
    public static (TwinView Vm, TwinView Destination)? Find(IEnumerable<TwinView> twins)
    {
        var sorted = twins.OrderBy(twin => twin.Name, StringComparer.Ordinal).ToArray();
        var destination = sorted.FirstOrDefault(twin => MigrationRules.AwaitsGuest(twin.RunState));
        var source = destination is null
            ? sorted.FirstOrDefault(twin => twin.RunState == "postmigrate")
            : sorted.FirstOrDefault(twin => MigrationRules.HasGuest(twin.RunState)) ?? sorted.FirstOrDefault(twin => twin.RunState is "finish-migrate" or "postmigrate");
        if (source is null)
            return null;
        destination ??= sorted.FirstOrDefault(twin => MigrationRules.HasGuest(twin.RunState));
        return destination is null ? null : (source, destination);
    }
}
