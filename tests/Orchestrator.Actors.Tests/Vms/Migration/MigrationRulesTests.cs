using Orchestrator.Actors.Vms;
using Orchestrator.Actors.Vms.Migration;

namespace Orchestrator.Actors.Tests.Vms.Migration;

public sealed class MigrationRulesTests
{
    private static readonly string?[] RunStates = ["running", "paused", "io-error", "inmigrate", "prelaunch", "finish-migrate", "postmigrate", "shutdown", null];
    private static readonly string?[] Statuses = [null, "none", "setup", "active", "pre-switchover", "device", "completed", "failed", "cancelled", "postcopy-active", "postcopy-paused"];

    private static IEnumerable<(QemuView Source, QemuView Destination)> All() =>
        from sourceOnline in new[] { true, false }
        from destinationOnline in new[] { true, false }
        from source in RunStates
        from destination in RunStates
        from status in Statuses
        select (new QemuView(sourceOnline, source, status), new QemuView(destinationOnline, destination));

    [Fact]
    public void The_owner_changes_only_when_the_destination_has_the_guest_and_the_source_cannot_go_on()
    {
        foreach (var (source, destination) in All().Where(pair => MigrationRules.IsArrived(pair.Source, pair.Destination)))
        {
            Assert.True(destination is { IsOnline: true, RunState: "running" or "paused" or "io-error" or "shutdown" }, $"{source} {destination}");
            Assert.True(!source.IsOnline || source.RunState is "postmigrate" or "finish-migrate", $"{source} {destination}");
        }
    }

    [Fact]
    public void A_source_that_runs_on_keeps_the_guest_whatever_the_destination_says()
    {
        foreach (var (source, destination) in All().Where(pair => pair.Source is { IsOnline: true, RunState: "running" or "paused" or "io-error" }))
            Assert.False(MigrationRules.IsArrived(source, destination), $"{source} {destination}");
    }

    [Fact]
    public void Every_pair_has_one_phase_and_arrival_alone_is_completed()
    {
        foreach (var (source, destination) in All())
        {
            var phase = MigrationRules.PhaseOf(source, MigrationStage.None, destination);
            Assert.Equal(MigrationRules.IsArrived(source, destination), phase == MigrationPhase.Completed);
            Assert.False(phase == MigrationPhase.Prepared && source.IsOnline && source.RunState is "finish-migrate" or "postmigrate" && destination.RunState == "inmigrate", $"{source} {destination}");
        }
    }

    [Theory]
    [InlineData("running", null, "inmigrate", MigrationPhase.Prepared)]
    [InlineData("running", "completed", "inmigrate", MigrationPhase.Prepared)]
    [InlineData("running", "active", "inmigrate", MigrationPhase.Copying)]
    [InlineData("running", "failed", "inmigrate", MigrationPhase.Prepared)]
    [InlineData("finish-migrate", "active", "inmigrate", MigrationPhase.Switchover)]
    [InlineData("finish-migrate", "device", "running", MigrationPhase.Switchover)]
    [InlineData("finish-migrate", "completed", "running", MigrationPhase.Completed)]
    [InlineData("finish-migrate", "postcopy-active", "running", MigrationPhase.Completed)]
    [InlineData("finish-migrate", "postcopy-active", "inmigrate", MigrationPhase.Switchover)]
    [InlineData("postmigrate", "completed", "inmigrate", MigrationPhase.Switchover)]
    [InlineData("postmigrate", null, "running", MigrationPhase.Completed)]
    [InlineData("postmigrate", null, "paused", MigrationPhase.Completed)]
    [InlineData("running", null, "running", MigrationPhase.Conflict)]
    public void Both_on_line(string source, string? status, string destination, MigrationPhase phase) =>
        Assert.Equal(phase, MigrationRules.PhaseOf(new(true, source, status), MigrationStage.None, new(true, destination)));

    [Theory]
    [InlineData(true, "postmigrate", false, null, MigrationPhase.Stranded)]
    [InlineData(false, "running", false, null, MigrationPhase.Stranded)]
    [InlineData(false, "running", true, "running", MigrationPhase.Completed)]
    [InlineData(false, "postmigrate", true, "inmigrate", MigrationPhase.Switchover)]
    [InlineData(true, "finish-migrate", false, null, MigrationPhase.Switchover)]
    public void One_of_them_is_gone(bool sourceOnline, string source, bool destinationOnline, string? destination, MigrationPhase phase) =>
        Assert.Equal(phase, MigrationRules.PhaseOf(new(sourceOnline, source), MigrationStage.None, new(destinationOnline, destination)));

    [Theory]
    [InlineData(MigrationStage.Copying, MigrationPhase.Copying)]
    [InlineData(MigrationStage.Switchover, MigrationPhase.Switchover)]
    [InlineData(MigrationStage.None, MigrationPhase.Prepared)]
    internal void Events_tell_the_phase_before_the_run_state_does(MigrationStage stage, MigrationPhase phase) =>
        Assert.Equal(phase, MigrationRules.PhaseOf(new(true, "running"), stage, new(true, "inmigrate")));

    [Theory]
    [InlineData("cont", "postmigrate", true)]
    [InlineData("cont", "finish-migrate", true)]
    [InlineData("cont", "paused", false)]
    [InlineData("cont", "inmigrate", false)]
    [InlineData("cont", null, false)]
    [InlineData("quit", "postmigrate", false)]
    [InlineData("query-status", "postmigrate", false)]
    public void Only_a_second_copy_of_the_guest_is_fenced(string command, string? runState, bool fenced) =>
        Assert.Equal(fenced, MigrationRules.Fences(command, runState) is not null);
}
