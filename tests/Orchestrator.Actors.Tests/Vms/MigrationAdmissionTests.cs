using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Migration;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Tests.Vms;

public sealed class MigrationAdmissionTests
{
    private static readonly MigrationSpec Spec = new() { To = "h2" };

    [Theory]
    [InlineData("running", null)]
    [InlineData("paused", null)]
    [InlineData("shutdown", Reasons.VmNotRunning)]
    [InlineData("inmigrate", Reasons.VmMigrating)]
    [InlineData("postmigrate", Reasons.VmMigrating)]
    public void Guest_that_is_here_may_be_moved_whether_it_runs_or_stands_still(string runState, string? reason) =>
        Assert.Equal(reason, ReasonOf(Conditions.Ready with { RunState = runState }));

    [Theory]
    [InlineData(AgentState.None)]
    [InlineData(AgentState.Absent)]
    [InlineData(AgentState.Unresponsive)]
    [InlineData(AgentState.Quarantined)]
    public void Agent_has_no_say(AgentState agent) => Assert.Null(ReasonOf(Conditions.Ready with { Agent = agent }));

    [Fact]
    public void Second_migration_of_a_VM_is_refused_even_by_force()
    {
        var migrating = Conditions.Ready with { Migration = MigrationStage.Copying };

        Assert.Equal(Reasons.VmMigrating, ReasonOf(migrating));
        Assert.Equal(Reasons.VmMigrating, ReasonOf(migrating, new ConditionPolicy { OnMigrating = ConditionChoice.Force }));
    }

    [Theory]
    [InlineData(null, typeof(Decision.End), Reasons.AgentFrozen)]
    [InlineData(ConditionChoice.Skip, typeof(Decision.End), Reasons.FsFrozen)]
    [InlineData(ConditionChoice.Wait, typeof(Decision.Block), Reasons.FsFrozen)]
    [InlineData(ConditionChoice.Force, typeof(Decision.Send), null)]
    public void Frozen_guest_is_refused_skipped_waited_for_or_passed_to_be_thawed(ConditionChoice? choice, Type decision, string? reason)
    {
        var decided = Decide(Conditions.Ready with { Freeze = FreezeState.Frozen }, new ConditionPolicy { OnFrozen = choice });

        Assert.IsType(decision, decided);
        Assert.Equal(reason, decided switch { Decision.End end => end.Rejection.Reason, Decision.Block block => block.Reason, _ => null });
    }

    [Fact]
    public void QEMU_that_does_not_answer_cannot_move_anything()
    {
        Assert.Equal(Reasons.QemuUnresponsive, ReasonOf(Conditions.Ready with { Qmp = QmpLink.Silent }));
        Assert.Equal(Reasons.HostUnreachable, ReasonOf(Conditions.Ready with { Qmp = QmpLink.Down }));
    }

    private static string? ReasonOf(VmCondition vm, ConditionPolicy? policy = null) => Decide(vm, policy ?? ConditionPolicy.Default) is Decision.End end ? end.Rejection.Reason : null;

    private static Decision Decide(VmCondition vm, ConditionPolicy policy) => Admission.Decide(vm, new JobPlan("job", CommandRoute.Migrate, Spec.Encode(), default) { Conditions = policy });
}
