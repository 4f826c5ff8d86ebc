namespace Orchestrator.Actors.Vms.Migration;

/// <summary>How far the live migration of a VM is, as this node sees it. Stable names: safe to switch on.</summary>
public enum MigrationPhase
{
    /// <summary>Another QEMU with its identity awaits the guest; nothing is copied.</summary>
    Prepared,

    /// <summary>The guest runs at the source and is copied.</summary>
    Copying,

    /// <summary>The guest is stopped at the source and does not run at the destination: commands wait.</summary>
    Switchover,

    /// <summary>The guest runs at the destination, which is what is served; the source is fenced until its QEMU ends.</summary>
    Completed,

    /// <summary>The source has given the guest up, and there is no destination any more that could run it.</summary>
    Stranded,

    /// <summary>Both QEMUs run the guest: somebody let the source go on. The one that was served last still is.</summary>
    Conflict,
}

/// <summary>The two QEMUs of a VM that is, or was just, migrated.</summary>
/// <param name="Phase">How far it is.</param>
/// <param name="Source">Where the guest comes from: the sub-directory of <c>--vm-dir</c>, or the name in the configuration; with the VmHost before it (<c>h1/web1</c>) if that is another than the VM's.</param>
/// <param name="Destination">Where it goes, likewise.</param>
public sealed record VmMigration(MigrationPhase Phase, string Source, string Destination)
{
    /// <summary>The VmHost where it goes; <see langword="null"/> if that is the VM's.</summary>
    public string? To { get; init; }
}
