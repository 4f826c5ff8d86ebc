using Orchestrator.Actors.Vms.Migration;

namespace Orchestrator.Host.Api;

/// <summary>The two QEMUs of a VM that is, or was just, migrated.</summary>
public sealed record MigrationView
{
    /// <summary>How far it is (docs/MIGRATION.md).</summary>
    public required MigrationPhase Phase { get; init; }

    /// <summary>Where the guest comes from: the sub-directory of <c>--vm-dir</c>, or the name in the configuration.</summary>
    public required string Source { get; init; }

    /// <summary>Where it goes.</summary>
    public required string Destination { get; init; }

    /// <summary>From the actor's snapshot.</summary>
    public static MigrationView Of(VmMigration migration)
    {
        ArgumentNullException.ThrowIfNull(migration);
        return new MigrationView { Phase = migration.Phase, Source = migration.Source, Destination = migration.Destination };
    }
}
