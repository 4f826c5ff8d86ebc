using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Migration;

/// <summary>One thing that is set before a migration.</summary>
/// <param name="Side">Whose QEMU is asked.</param>
/// <param name="Command">What it is asked.</param>
/// <param name="Undo">Sets it as it was; <see langword="null"/> where there is nothing to undo.</param>
internal sealed record MigrationStep(DriveSide Side, EncodedCommand Command, EncodedCommand? Undo);

/// <summary>What a migration does, once both QEMUs have told what they have. Made by <see cref="DriveRules.PlanOf"/>.</summary>
/// <param name="Uri">Where the destination listens.</param>
/// <param name="Steps">What is set, in this order.</param>
/// <param name="Downtime">How long the guest may stand still.</param>
/// <param name="WasRunning">Whether the guest runs, and is to run at the destination.</param>
internal sealed record MigrationPlan(string Uri, IReadOnlyList<MigrationStep> Steps, TimeSpan Downtime, bool WasRunning)
{
    /// <summary>Begins it.</summary>
    public EncodedCommand Start => DriveRules.Command("migrate", ("uri", Uri));

    /// <summary>Lets QEMU come to the switchover.</summary>
    public EncodedCommand OpenGate => DriveRules.Command("migrate-set-parameters", ("downtime-limit", (long)Downtime.TotalMilliseconds));
}
