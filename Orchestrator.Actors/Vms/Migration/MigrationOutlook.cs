namespace Orchestrator.Actors.Vms.Migration;

/// <summary>Whether a VM may be migrated at any moment, for those that speak to its agent on threads of their own. Set by <see cref="VmActor"/>.</summary>
internal sealed class MigrationOutlook
{
    /// <summary>Another QEMU awaits the guest.</summary>
    public volatile bool IsNear;
}
