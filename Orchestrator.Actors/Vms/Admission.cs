using Orchestrator.Actors.FanOut;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi.Introspection;

namespace Orchestrator.Actors.Vms;

/// <summary>Whether a VM in a given condition takes a command: the decision table of the documentation (docs/OUTCOMES.md), as pure functions.</summary>
internal static class Admission
{
    /// <summary>Decides on an invocation: the first obstacle that the job's policy does not pass over.</summary>
    public static Decision Decide(VmCondition vm, JobPlan plan)
    {
        var obstacles = plan.Route switch
        {
            CommandRoute.Qmp => OfQmp(vm),
            CommandRoute.Migrate => Obstacles.OfMigration(vm),
            _ => Obstacles.OfGuest(vm, plan.Command, plan.Composite),
        };
        foreach (var obstacle in obstacles)
        {
            if (Decide(obstacle, plan) is var decision and not Decision.Send)
                return decision;
        }
        return Decision.Send.Now;
    }

    /// <summary>Decides on a command to QEMU itself, without a policy; <see langword="null"/> lets it pass.</summary>
    public static Rejection? DecideQmp(VmCondition vm) => Obstacles.OfQmp(vm)?.End;

    /// <summary>Decides on a command by what a QEMU says of itself; <see langword="null"/> lets it pass, as does a QEMU that says nothing.</summary>
    public static Rejection? DecideQmp(EncodedCommand command, QmpVocabulary? vocabulary) => vocabulary?.Check(command) switch
    {
        null => null,
        { Kind: QmpObjectionKind.Unsupported } unknown => new Rejection(Phase.Refused, Reasons.Unsupported, unknown.Message),
        var wrong => new Rejection(Phase.Refused, Reasons.InvalidArgument, wrong.Message),
    };

    /// <summary>
    /// Whether an invocation that provably was not sent, for the want of a session, waits for one: the session may have ended before its end was
    /// known here.
    /// </summary>
    /// <param name="unsent">How it would end.</param>
    /// <param name="plan">Its policy.</param>
    public static bool WaitsFor(Verdict unsent, JobPlan plan) => unsent switch
    {
        { Phase: not Phase.Undelivered } => false,
        { Reason: Reasons.AgentAbsent } => Choose(ObstacleKind.Absent, plan) == ConditionChoice.Wait,
        { Reason: Reasons.AgentUnresponsive } => Choose(ObstacleKind.SilentAgent, plan) == ConditionChoice.Wait,
        { Reason: Reasons.QemuUnresponsive } => Choose(ObstacleKind.SilentQemu, plan) == ConditionChoice.Wait,
        { Reason: Reasons.HostUnreachable or Reasons.MonitorBusy } => Choose(ObstacleKind.Unreachable, plan) == ConditionChoice.Wait,
        { Reason: Reasons.VmPaused } => Choose(ObstacleKind.Paused, plan) == ConditionChoice.Wait,
        _ => false,
    };

    private static Obstacle[] OfQmp(VmCondition vm) => Obstacles.OfQmp(vm) is { } obstacle ? [obstacle] : [];

    private static Decision Decide(Obstacle obstacle, JobPlan plan) => Choose(obstacle.Kind, plan) switch
    {
        ConditionChoice.Force => Decision.Send.Now,
        ConditionChoice.Wait => new Decision.Block(obstacle.Condition, obstacle.End.Message),
        ConditionChoice.Skip => new Decision.End(new Rejection(Phase.Skipped, obstacle.Condition, obstacle.End.Message)),
        _ => new Decision.End(obstacle.End),
    };

    private static ConditionChoice Choose(ObstacleKind obstacle, JobPlan plan) =>
        ConditionTable.Choose(obstacle, CommandKinds.Of(plan.Command), plan.Route, plan.Conditions, waits: plan.Delivery is not null);
}
