using Orchestrator.Actors.FanOut;

namespace Orchestrator.Actors.Vms;

/// <summary>Obstacle by kind of command: what the job's policy asks for, or else the table's own choice (docs/OUTCOMES.md). Pure.</summary>
internal static class ConditionTable
{
    /// <param name="obstacle">What stands in the way.</param>
    /// <param name="kind">Of the command.</param>
    /// <param name="route">Its way.</param>
    /// <param name="policy">The job's choices.</param>
    /// <param name="waits">The job says how long it waits for delivery: its writes then wait for a guest that will run again.</param>
    public static ConditionChoice Choose(ObstacleKind obstacle, CommandKind kind, CommandRoute route, ConditionPolicy policy, bool waits)
    {
        var choice = Asked(obstacle, policy) ?? OfItsOwn(obstacle, kind, waits);
        return choice == ConditionChoice.Force && !CanBeForced(obstacle, route) ? ConditionChoice.Fail
            : choice == ConditionChoice.Wait && obstacle == ObstacleKind.NoChannel ? ConditionChoice.Fail
            : choice;
    }

    private static ConditionChoice? Asked(ObstacleKind obstacle, ConditionPolicy policy) => obstacle switch
    {
        ObstacleKind.Paused => policy.OnPaused,
        ObstacleKind.Migrating or ObstacleKind.Copying or ObstacleKind.Switching => policy.OnMigrating,
        ObstacleKind.Frozen => policy.OnFrozen,
        ObstacleKind.Absent or ObstacleKind.NoChannel => policy.OnAbsent,
        ObstacleKind.SilentAgent or ObstacleKind.SilentQemu or ObstacleKind.Unreachable => policy.OnUnresponsive,
        _ => null,
    };

    private static ConditionChoice OfItsOwn(ObstacleKind obstacle, CommandKind kind, bool waits) => (obstacle, kind) switch
    {
        (ObstacleKind.Paused or ObstacleKind.Migrating, CommandKind.Write) when waits => ConditionChoice.Wait,
        (ObstacleKind.Paused or ObstacleKind.Migrating or ObstacleKind.SilentAgent or ObstacleKind.SilentQemu, CommandKind.Thaw) => ConditionChoice.Wait,
        (ObstacleKind.Switching, not CommandKind.Freeze) => ConditionChoice.Wait,
        (ObstacleKind.Off, CommandKind.Thaw) => ConditionChoice.Skip,
        _ => ConditionChoice.Fail,
    };

    /// <summary>Without a session there is nothing to write on.</summary>
    private static bool CanBeForced(ObstacleKind obstacle, CommandRoute route) => obstacle switch
    {
        ObstacleKind.Migrating => route != CommandRoute.Migrate,
        ObstacleKind.Paused or ObstacleKind.Switching or ObstacleKind.Copying or ObstacleKind.Frozen => true,
        ObstacleKind.SilentQemu => route == CommandRoute.Qmp,
        _ => false,
    };
}
