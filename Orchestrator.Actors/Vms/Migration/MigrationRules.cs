namespace Orchestrator.Actors.Vms.Migration;

/// <summary>What is known of one of the two QEMUs.</summary>
/// <param name="IsOnline">Whether its monitor is connected.</param>
/// <param name="RunState">The newest RunState it told, verbatim; of before the connection was lost while there is none.</param>
/// <param name="Status">Status of its outgoing migration (QEMU, qapi/migration.json, enum MigrationStatus); <see langword="null"/> if it told none.</param>
internal readonly record struct QemuView(bool IsOnline, string? RunState, string? Status = null);

/// <summary>
/// Where the guest of two QEMUs with the same identity is: pure functions of what both say, so that it does not matter in which order their events come,
/// nor whether they were seen at all.
/// </summary>
internal static class MigrationRules
{
    /// <summary>Whether a QEMU awaits a guest.</summary>
    public static bool AwaitsGuest(string? runState) => runState == "inmigrate";

    /// <summary>Whether a QEMU has the guest, running or not. It leaves <c>inmigrate</c> only with the whole guest, or in post-copy with its processors.</summary>
    public static bool HasGuest(string? runState) => runState is not (null or "inmigrate" or "prelaunch" or "preconfig" or "finish-migrate" or "postmigrate");

    /// <summary>Whether the source cannot go on by itself: it was told so, it is the source of a post-copy, or it is gone.</summary>
    public static bool HasGivenUp(QemuView source) =>
        !source.IsOnline
        || source.RunState == "postmigrate"
        || (source.RunState == "finish-migrate" && source.Status is "completed" or "postcopy-active" or "postcopy-paused" or "postcopy-recover" or "postcopy-recover-setup");

    /// <summary>Whether the source runs the guest, or can let it run again without being told.</summary>
    public static bool GoesOn(QemuView source) => !HasGivenUp(source) && source.RunState != "finish-migrate";

    /// <summary>Whether the guest is between its two QEMUs: nothing that is written to either arrives for sure.</summary>
    public static bool IsSwitching(QemuView source, bool isAtSwitchover) =>
        isAtSwitchover || source.RunState is "finish-migrate" or "postmigrate";

    /// <summary>Whether the destination is the owner from now on.</summary>
    public static bool IsArrived(QemuView source, QemuView destination) => destination.IsOnline && HasGuest(destination.RunState) && HasGivenUp(source);

    /// <summary>The phase before that.</summary>
    /// <param name="source">Of the QEMU that is served.</param>
    /// <param name="stage">What its events told.</param>
    /// <param name="destination">Of the QEMU that awaits the guest.</param>
    public static MigrationPhase PhaseOf(QemuView source, MigrationStage stage, QemuView destination)
    {
        if (IsArrived(source, destination))
            return MigrationPhase.Completed;
        if (destination.IsOnline && HasGuest(destination.RunState) && HasGuest(source.RunState))
            return MigrationPhase.Conflict;
        if (!destination.IsOnline && HasGivenUp(source))
            return MigrationPhase.Stranded;
        if (IsSwitching(source, stage == MigrationStage.Switchover))
            return MigrationPhase.Switchover;
        return IsCopying(source, stage) ? MigrationPhase.Copying : MigrationPhase.Prepared;
    }

    /// <summary>Whether the guest is being copied, and runs. Where the source sends no events of it, only its own word tells.</summary>
    /// <param name="source">The source.</param>
    /// <param name="stage">What its events told.</param>
    public static bool IsCopying(QemuView source, MigrationStage stage) =>
        stage == MigrationStage.Copying || source.Status is "setup" or "wait-unplug" or "active" or "cancelling";

    /// <summary>What a command to QEMU would break; <see langword="null"/> lets it pass. A second copy of the guest would write to the same disks.</summary>
    /// <param name="command">Its name.</param>
    /// <param name="runState">Of the QEMU that would get it.</param>
    public static string? Fences(string command, string? runState) => command == "cont" && runState is "postmigrate" or "finish-migrate"
        ? $"the guest was migrated away (run state {runState}), and 'cont' would start a second copy of it here"
        : null;
}
