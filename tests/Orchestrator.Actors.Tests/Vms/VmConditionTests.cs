using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Tests.Vms;

public sealed class VmConditionTests
{
    // All of QEMU's enum RunState (qapi/run-state.json, QEMU 10), no run state at all, and one of the future.
    [Theory]
    [InlineData(null, VmState.Running)]
    [InlineData("running", VmState.Running)]
    [InlineData("debug", VmState.Running)]
    [InlineData("colo", VmState.Running)]
    [InlineData("inmigrate", VmState.Migrating)]
    [InlineData("postmigrate", VmState.Migrating)]
    [InlineData("finish-migrate", VmState.Migrating)]
    [InlineData("shutdown", VmState.Stopped)]
    [InlineData("internal-error", VmState.Stopped)]
    [InlineData("guest-panicked", VmState.Stopped)]
    [InlineData("paused", VmState.Paused)]
    [InlineData("io-error", VmState.Paused)]
    [InlineData("prelaunch", VmState.Paused)]
    [InlineData("restore-vm", VmState.Paused)]
    [InlineData("save-vm", VmState.Paused)]
    [InlineData("suspended", VmState.Paused)]
    [InlineData("watchdog", VmState.Paused)]
    [InlineData("of-the-future", VmState.Paused)]
    public void Run_state_of_an_answering_QEMU_is_the_VMs_state(string? runState, VmState expected)
    {
        Assert.Equal(expected, VmCondition.StateOf(runState));
        Assert.Equal(expected, new VmCondition { Qmp = QmpLink.Online, RunState = runState }.State);
    }

    [Fact]
    public void A_link_that_does_not_answer_is_the_state_whatever_the_run_state_was()
    {
        TextTable.AssertEqual(
            """
            Connecting Connecting
            Silent     Unresponsive
            Busy       Unreachable
            Down       Unreachable
            """,
            Enum.GetValues<QmpLink>().Where(link => link != QmpLink.Online).Select(link =>
            {
                var states = new[] { null, "running", "paused", "shutdown" }.Select(runState => new VmCondition { Qmp = link, RunState = runState }.State);
                return $"{link} {Assert.Single(states.Distinct())}";
            }));
    }

    [Fact]
    public void Events_announce_run_states_before_QEMU_is_asked()
    {
        var runStates = new[] { "running", "paused", "io-error", "inmigrate", "shutdown" };
        string[] events = ["STOP", "RESUME", "WAKEUP", "SUSPEND", "SHUTDOWN", "GUEST_PANICKED", "RESET", "MIGRATION", "BLOCK_IO_ERROR"];
        TextTable.AssertEqual(
            // STOP says nothing new of a guest that is stopped already: its reason stays.
            """
            event          running        paused         io-error       inmigrate      shutdown
            STOP           paused         paused         io-error       inmigrate      shutdown
            RESUME         running        running        running        running        running
            WAKEUP         running        running        running        running        running
            SUSPEND        suspended      suspended      suspended      suspended      suspended
            SHUTDOWN       shutdown       shutdown       shutdown       shutdown       shutdown
            GUEST_PANICKED guest-panicked guest-panicked guest-panicked guest-panicked guest-panicked
            RESET          running        paused         io-error       inmigrate      shutdown
            MIGRATION      running        paused         io-error       inmigrate      shutdown
            BLOCK_IO_ERROR running        paused         io-error       inmigrate      shutdown
            """,
            events.Select(name => name + " " + string.Join(' ', runStates.Select(runState =>
                new VmCondition { Qmp = QmpLink.Online, RunState = runState }.Apply(Conditions.Event(name)).RunState))).Prepend("event " + string.Join(' ', runStates)));
    }

    [Fact]
    public void Events_change_nothing_but_the_run_state()
    {
        var before = Conditions.Ready with { AgentMessage = "a", QmpMessage = "q" };

        Assert.Equal(before with { RunState = "suspended" }, before.Apply(Conditions.Event("SUSPEND")));
        Assert.Same(before, before.Apply(Conditions.Event("NIC_RX_FILTER_CHANGED")));
    }

    [Fact]
    public void Migration_is_followed_by_its_events_and_a_stop_during_it_is_its_switchover()
    {
        string[] statuses = ["none", "setup", "wait-unplug", "active", "cancelling", "pre-switchover", "device", "postcopy-active", "completed", "failed", "cancelled", "of-the-future"];
        TextTable.AssertEqual(
            """
            none            None       paused
            setup           Copying    finish-migrate
            wait-unplug     Copying    finish-migrate
            active          Copying    finish-migrate
            cancelling      Copying    finish-migrate
            pre-switchover  Switchover finish-migrate
            device          Switchover finish-migrate
            postcopy-active None       paused
            completed       None       paused
            failed          None       paused
            cancelled       None       paused
            of-the-future   None       paused
            """,
            statuses.Select(status =>
            {
                var vm = Conditions.Ready.Apply(Conditions.Event("MIGRATION", $$"""{"status":"{{status}}"}"""));
                return $"{status} {vm.Migration} {vm.Apply(Conditions.Event("STOP")).RunState}";
            }));
    }

    [Theory]
    [InlineData("STOP", true)]
    [InlineData("RESUME", true)]
    [InlineData("WAKEUP", true)]
    [InlineData("SUSPEND", true)]
    [InlineData("SHUTDOWN", true)]
    [InlineData("RESET", true)]
    [InlineData("GUEST_PANICKED", true)]
    [InlineData("MIGRATION", true)]
    [InlineData("VSERPORT_CHANGE", false)]
    [InlineData("RTC_CHANGE", false)]
    [InlineData("stop", false)]
    public void Events_after_which_QEMU_must_be_asked(string name, bool expected)
    {
        Assert.Equal(expected, VmCondition.ChangesRunState(Conditions.Event(name)));
    }

    [Fact]
    public void The_VMs_own_trouble_is_told_before_its_agents()
    {
        TextTable.AssertEqual(
            """
            Connecting agent
            Online     agent
            Silent     qmp
            Busy       qmp
            Down       qmp
            """,
            Enum.GetValues<QmpLink>().Select(link => $"{link} {new VmCondition { Qmp = link, QmpMessage = "qmp", AgentMessage = "agent" }.Message}"));
    }
}
