using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Tests.Vms;

/// <summary>The decision table of docs/OUTCOMES.md, row by row: every condition, every kind of command, every choice.</summary>
public sealed class DecisionTableTests
{
    private static readonly VmCondition Ready = new() { Qmp = QmpLink.Online, RunState = "running", Agent = AgentState.Ready };

    private static readonly (string Name, VmCondition Vm)[] Conditions =
    [
        ("ready", Ready),
        ("not-asked-yet", Ready with { Qmp = QmpLink.Connecting, RunState = null }),
        ("connecting", Ready with { Agent = AgentState.Connecting }),
        ("freezing", Ready with { Freeze = FreezeState.Freezing }),
        ("thawing", Ready with { Freeze = FreezeState.Thawing }),
        ("copying", Ready with { Migration = MigrationStage.Copying }),
        ("switchover", Ready with { Migration = MigrationStage.Switchover }),
        ("arriving", Ready with { RunState = "inmigrate" }),
        ("left", Ready with { RunState = "postmigrate" }),
        ("paused", Ready with { RunState = "paused" }),
        ("io-error", Ready with { RunState = "io-error" }),
        ("off", Ready with { RunState = "shutdown" }),
        ("no-channel", Ready with { Agent = AgentState.None }),
        ("absent", Ready with { Agent = AgentState.Absent }),
        ("quarantined", Ready with { Agent = AgentState.Quarantined }),
        ("unresponsive", Ready with { Agent = AgentState.Unresponsive }),
        ("silent-qemu", Ready with { Qmp = QmpLink.Silent }),
        ("unreachable", Ready with { Qmp = QmpLink.Down, Agent = AgentState.Connecting }),
        ("frozen", Ready with { Freeze = FreezeState.Frozen }),
        ("foreign", Ready with { Freeze = FreezeState.FrozenForeign }),
        ("incapable", Ready with { Capabilities = Tests.Vms.Conditions.Capabilities }),
    ];

    // A frozen agent takes guest-ping, and not guest-get-users.
    private static readonly EncodedCommand[] Commands =
        [EncodedCommand.ForGuest("guest-ping"), EncodedCommand.ForGuest("guest-get-users"), EncodedCommand.ForGuest("guest-fstrim"), EncodedCommand.ForGuest("guest-fsfreeze-freeze"), EncodedCommand.ForGuest("guest-fsfreeze-thaw")];

    [Fact]
    public void Table_without_a_policy() => AssertTable(
        """
        ready         send                         send                          send                         send                         send
        not-asked-yet send                         send                          send                         send                         send
        connecting    send                         send                          send                         send                         send
        freezing      send                         send                          send                         send                         send
        thawing       send                         send                          send                         send                         send
        copying       send                         send                          send                         Undelivered/VmMigrating      send
        switchover    Undelivered/VmMigrating      Undelivered/VmMigrating       Undelivered/VmMigrating      Undelivered/VmMigrating      wait/VmMigrating
        arriving      Undelivered/VmMigrating      Undelivered/VmMigrating       Undelivered/VmMigrating      Undelivered/VmMigrating      wait/VmMigrating
        left          Undelivered/VmMigrating      Undelivered/VmMigrating       Undelivered/VmMigrating      Undelivered/VmMigrating      wait/VmMigrating
        paused        Undelivered/VmPaused         Undelivered/VmPaused          Undelivered/VmPaused         Undelivered/VmPaused         wait/VmPaused
        io-error      Undelivered/VmPaused         Undelivered/VmPaused          Undelivered/VmPaused         Undelivered/VmPaused         wait/VmPaused
        off           Undelivered/VmNotRunning     Undelivered/VmNotRunning      Undelivered/VmNotRunning     Undelivered/VmNotRunning     Skipped/VmNotRunning
        no-channel    Undelivered/AgentAbsent      Undelivered/AgentAbsent       Undelivered/AgentAbsent      Undelivered/AgentAbsent      Undelivered/AgentAbsent
        absent        Undelivered/AgentAbsent      Undelivered/AgentAbsent       Undelivered/AgentAbsent      Undelivered/AgentAbsent      Undelivered/AgentAbsent
        quarantined   Undelivered/GuestQuarantined Undelivered/GuestQuarantined  Undelivered/GuestQuarantined Undelivered/GuestQuarantined Undelivered/GuestQuarantined
        unresponsive  Undelivered/AgentUnresponsive Undelivered/AgentUnresponsive Undelivered/AgentUnresponsive Undelivered/AgentUnresponsive wait/AgentUnresponsive
        silent-qemu   Undelivered/QemuUnresponsive Undelivered/QemuUnresponsive  Undelivered/QemuUnresponsive Undelivered/QemuUnresponsive wait/QemuUnresponsive
        unreachable   Undelivered/HostUnreachable  Undelivered/HostUnreachable   Undelivered/HostUnreachable  Undelivered/HostUnreachable  Undelivered/HostUnreachable
        frozen        send                         Refused/AgentFrozen           Refused/AgentFrozen          Refused/AgentFrozen          send
        foreign       send                         Refused/AgentFrozen           Refused/AgentFrozen          Refused/AgentFrozen          send
        incapable     send                         Refused/DisabledByGuest       Refused/Unsupported          Refused/Unsupported          Refused/Unsupported
        """,
        ConditionPolicy.Default);

    [Fact]
    public void Delivery_time_makes_writes_wait_for_a_guest_that_will_run_again()
    {
        var waiting = Conditions.Where(condition => Text(condition.Vm, Commands[2], ConditionPolicy.Default, waits: true) != Text(condition.Vm, Commands[2], ConditionPolicy.Default, waits: false));

        Assert.Equal(["switchover", "arriving", "left", "paused", "io-error"], waiting.Select(condition => condition.Name));
        Assert.All(waiting, condition => Assert.StartsWith("wait/", Text(condition.Vm, Commands[2], ConditionPolicy.Default, waits: true), StringComparison.Ordinal));
        foreach (var command in Commands.Where(command => command != Commands[2]))
            Assert.All(Conditions, condition => Assert.Equal(Text(condition.Vm, command, ConditionPolicy.Default, waits: false), Text(condition.Vm, command, ConditionPolicy.Default, waits: true)));
    }

    [Fact]
    public void Table_of_those_that_fail() => AssertTable(
        """
        copying       send                          send                          send                          Undelivered/VmMigrating       send
        switchover    Undelivered/VmMigrating       Undelivered/VmMigrating       Undelivered/VmMigrating       Undelivered/VmMigrating       Undelivered/VmMigrating
        paused        Undelivered/VmPaused          Undelivered/VmPaused          Undelivered/VmPaused          Undelivered/VmPaused          Undelivered/VmPaused
        off           Undelivered/VmNotRunning      Undelivered/VmNotRunning      Undelivered/VmNotRunning      Undelivered/VmNotRunning      Skipped/VmNotRunning
        no-channel    Undelivered/AgentAbsent       Undelivered/AgentAbsent       Undelivered/AgentAbsent       Undelivered/AgentAbsent       Undelivered/AgentAbsent
        absent        Undelivered/AgentAbsent       Undelivered/AgentAbsent       Undelivered/AgentAbsent       Undelivered/AgentAbsent       Undelivered/AgentAbsent
        quarantined   Undelivered/GuestQuarantined  Undelivered/GuestQuarantined  Undelivered/GuestQuarantined  Undelivered/GuestQuarantined  Undelivered/GuestQuarantined
        unresponsive  Undelivered/AgentUnresponsive Undelivered/AgentUnresponsive Undelivered/AgentUnresponsive Undelivered/AgentUnresponsive Undelivered/AgentUnresponsive
        silent-qemu   Undelivered/QemuUnresponsive  Undelivered/QemuUnresponsive  Undelivered/QemuUnresponsive  Undelivered/QemuUnresponsive  Undelivered/QemuUnresponsive
        unreachable   Undelivered/HostUnreachable   Undelivered/HostUnreachable   Undelivered/HostUnreachable   Undelivered/HostUnreachable   Undelivered/HostUnreachable
        frozen        send                          Refused/AgentFrozen           Refused/AgentFrozen           Refused/AgentFrozen           send
        incapable     send                          Refused/DisabledByGuest       Refused/Unsupported           Refused/Unsupported           Refused/Unsupported
        """,
        All(ConditionChoice.Fail), waits: true);

    [Fact]
    public void Table_of_those_that_wait() => AssertTable(
        """
        copying       send                         send                         send                         wait/VmMigrating             send
        switchover    wait/VmMigrating             wait/VmMigrating             wait/VmMigrating             wait/VmMigrating             wait/VmMigrating
        paused        wait/VmPaused                wait/VmPaused                wait/VmPaused                wait/VmPaused                wait/VmPaused
        off           Undelivered/VmNotRunning     Undelivered/VmNotRunning     Undelivered/VmNotRunning     Undelivered/VmNotRunning     Skipped/VmNotRunning
        no-channel    Undelivered/AgentAbsent      Undelivered/AgentAbsent      Undelivered/AgentAbsent      Undelivered/AgentAbsent      Undelivered/AgentAbsent
        absent        wait/AgentAbsent             wait/AgentAbsent             wait/AgentAbsent             wait/AgentAbsent             wait/AgentAbsent
        quarantined   Undelivered/GuestQuarantined Undelivered/GuestQuarantined Undelivered/GuestQuarantined Undelivered/GuestQuarantined Undelivered/GuestQuarantined
        unresponsive  wait/AgentUnresponsive       wait/AgentUnresponsive       wait/AgentUnresponsive       wait/AgentUnresponsive       wait/AgentUnresponsive
        silent-qemu   wait/QemuUnresponsive        wait/QemuUnresponsive        wait/QemuUnresponsive        wait/QemuUnresponsive        wait/QemuUnresponsive
        unreachable   wait/HostUnreachable         wait/HostUnreachable         wait/HostUnreachable         wait/HostUnreachable         wait/HostUnreachable
        frozen        send                         wait/FsFrozen                wait/FsFrozen                wait/FsFrozen                send
        foreign       send                         wait/FsFrozenForeign         wait/FsFrozenForeign         wait/FsFrozenForeign         send
        incapable     send                         Refused/DisabledByGuest      Refused/Unsupported          Refused/Unsupported          Refused/Unsupported
        """,
        All(ConditionChoice.Wait));

    [Fact]
    public void Table_of_those_that_are_skipped() => AssertTable(
        """
        copying       send                         send                         send                         Skipped/VmMigrating          send
        switchover    Skipped/VmMigrating          Skipped/VmMigrating          Skipped/VmMigrating          Skipped/VmMigrating          Skipped/VmMigrating
        paused        Skipped/VmPaused             Skipped/VmPaused             Skipped/VmPaused             Skipped/VmPaused             Skipped/VmPaused
        off           Undelivered/VmNotRunning     Undelivered/VmNotRunning     Undelivered/VmNotRunning     Undelivered/VmNotRunning     Skipped/VmNotRunning
        no-channel    Skipped/AgentAbsent          Skipped/AgentAbsent          Skipped/AgentAbsent          Skipped/AgentAbsent          Skipped/AgentAbsent
        absent        Skipped/AgentAbsent          Skipped/AgentAbsent          Skipped/AgentAbsent          Skipped/AgentAbsent          Skipped/AgentAbsent
        quarantined   Undelivered/GuestQuarantined Undelivered/GuestQuarantined Undelivered/GuestQuarantined Undelivered/GuestQuarantined Undelivered/GuestQuarantined
        unresponsive  Skipped/AgentUnresponsive    Skipped/AgentUnresponsive    Skipped/AgentUnresponsive    Skipped/AgentUnresponsive    Skipped/AgentUnresponsive
        silent-qemu   Skipped/QemuUnresponsive     Skipped/QemuUnresponsive     Skipped/QemuUnresponsive     Skipped/QemuUnresponsive     Skipped/QemuUnresponsive
        unreachable   Skipped/HostUnreachable      Skipped/HostUnreachable      Skipped/HostUnreachable      Skipped/HostUnreachable      Skipped/HostUnreachable
        frozen        send                         Skipped/FsFrozen             Skipped/FsFrozen             Skipped/FsFrozen             send
        foreign       send                         Skipped/FsFrozenForeign      Skipped/FsFrozenForeign      Skipped/FsFrozenForeign      send
        incapable     send                         Refused/DisabledByGuest      Refused/Unsupported          Refused/Unsupported          Refused/Unsupported
        """,
        All(ConditionChoice.Skip));

    [Fact]
    public void Table_of_those_that_are_forced() => AssertTable(
        """
        copying       send                          send                          send                          send                          send
        switchover    send                          send                          send                          send                          send
        paused        send                          send                          send                          send                          send
        off           Undelivered/VmNotRunning      Undelivered/VmNotRunning      Undelivered/VmNotRunning      Undelivered/VmNotRunning      Skipped/VmNotRunning
        no-channel    Undelivered/AgentAbsent       Undelivered/AgentAbsent       Undelivered/AgentAbsent       Undelivered/AgentAbsent       Undelivered/AgentAbsent
        absent        Undelivered/AgentAbsent       Undelivered/AgentAbsent       Undelivered/AgentAbsent       Undelivered/AgentAbsent       Undelivered/AgentAbsent
        quarantined   Undelivered/GuestQuarantined  Undelivered/GuestQuarantined  Undelivered/GuestQuarantined  Undelivered/GuestQuarantined  Undelivered/GuestQuarantined
        unresponsive  Undelivered/AgentUnresponsive Undelivered/AgentUnresponsive Undelivered/AgentUnresponsive Undelivered/AgentUnresponsive Undelivered/AgentUnresponsive
        silent-qemu   Undelivered/QemuUnresponsive  Undelivered/QemuUnresponsive  Undelivered/QemuUnresponsive  Undelivered/QemuUnresponsive  Undelivered/QemuUnresponsive
        unreachable   Undelivered/HostUnreachable   Undelivered/HostUnreachable   Undelivered/HostUnreachable   Undelivered/HostUnreachable   Undelivered/HostUnreachable
        frozen        send                          send                          send                          send                          send
        foreign       send                          send                          send                          send                          send
        incapable     send                          Refused/DisabledByGuest       Refused/Unsupported           Refused/Unsupported           Refused/Unsupported
        """,
        All(ConditionChoice.Force));

    [Fact]
    public void Forced_past_one_obstacle_it_meets_the_next()
    {
        var vm = Ready with { RunState = "paused", Agent = AgentState.Absent, Freeze = FreezeState.Frozen };
        var forced = new ConditionPolicy { OnPaused = ConditionChoice.Force };

        Assert.Equal("Undelivered/AgentAbsent", Text(vm, Commands[2], forced, waits: false));
        Assert.Equal("wait/AgentAbsent", Text(vm, Commands[2], forced with { OnAbsent = ConditionChoice.Wait }, waits: false));
        Assert.Equal("Refused/AgentFrozen", Text(vm with { Agent = AgentState.Ready }, Commands[2], forced, waits: false));
    }

    [Fact]
    public void Commands_to_QEMU_over_links_and_choices()
    {
        var query = EncodedCommand.ForQmp("query-status");
        TextTable.AssertEqual(
            // No policy, fail, wait, skip, force.
            """
            Connecting Undelivered/HostUnreachable  Undelivered/HostUnreachable  wait/HostUnreachable  Skipped/HostUnreachable  Undelivered/HostUnreachable
            Online     send                         send                         send                  send                     send
            Silent     Undelivered/QemuUnresponsive Undelivered/QemuUnresponsive wait/QemuUnresponsive Skipped/QemuUnresponsive send
            Busy       Undelivered/MonitorBusy      Undelivered/MonitorBusy      wait/MonitorBusy      Skipped/MonitorBusy      Undelivered/MonitorBusy
            Down       Undelivered/HostUnreachable  Undelivered/HostUnreachable  wait/HostUnreachable  Skipped/HostUnreachable  Undelivered/HostUnreachable
            """,
            Enum.GetValues<QmpLink>().Select(link =>
                $"{link} {string.Join(' ', Enum.GetValues<ConditionChoice>().Select(All).Prepend(ConditionPolicy.Default).Select(policy => Text(Ready with { Qmp = link, RunState = "paused" }, query, policy, waits: true)))}"));
    }

    [Theory]
    [InlineData(Reasons.AgentAbsent)]
    [InlineData(Reasons.AgentUnresponsive)]
    [InlineData(Reasons.QemuUnresponsive)]
    [InlineData(Reasons.HostUnreachable)]
    [InlineData(Reasons.MonitorBusy)]
    [InlineData(Reasons.VmPaused)]
    public void Unsent_command_waits_for_a_session_where_the_policy_waits_for_its_condition(string reason)
    {
        var unsent = new Verdict(Phase.Undelivered, reason, Effect.None, "why");

        Assert.True(Admission.WaitsFor(unsent, Plan(Commands[0], All(ConditionChoice.Wait), waits: false)));
        Assert.False(Admission.WaitsFor(unsent, Plan(Commands[0], ConditionPolicy.Default, waits: true)));
        Assert.False(Admission.WaitsFor(unsent with { Phase = Phase.Unknown }, Plan(Commands[0], All(ConditionChoice.Wait), waits: false)));
        Assert.False(Admission.WaitsFor(unsent with { Reason = Reasons.VmBusy }, Plan(Commands[0], All(ConditionChoice.Wait), waits: false)));
    }

    private static ConditionPolicy All(ConditionChoice choice) =>
        new() { OnPaused = choice, OnMigrating = choice, OnFrozen = choice, OnAbsent = choice, OnUnresponsive = choice };

    /// <param name="table">In the columns: guest-ping, guest-get-users, guest-fstrim, guest-fsfreeze-freeze, guest-fsfreeze-thaw.</param>
    /// <param name="policy">Of the job.</param>
    /// <param name="waits">Whether it says how long it waits for delivery.</param>
    private static void AssertTable(string table, ConditionPolicy policy, bool waits = false)
    {
        var rows = TextTable.Normalize(table).Split('\n').Select(row => row.Split(' ')[0]).ToArray();
        TextTable.AssertEqual(table, rows.Select(name =>
        {
            var vm = Conditions.Single(condition => condition.Name == name).Vm;
            return $"{name} {string.Join(' ', Commands.Select(command => Text(vm, command, policy, waits)))}";
        }));
    }

    private static string Text(VmCondition vm, EncodedCommand command, ConditionPolicy policy, bool waits)
    {
        switch (Admission.Decide(vm, Plan(command, policy, waits)))
        {
            case Decision.Block block:
                Assert.NotEmpty(block.Message);
                return $"wait/{block.Reason}";
            case Decision.End end:
                Assert.NotEmpty(end.Rejection.Message);
                return $"{end.Rejection.Phase}/{end.Rejection.Reason}";
            default:
                return "send";
        }
    }

    private static JobPlan Plan(EncodedCommand command, ConditionPolicy policy, bool waits) =>
        new("job", command.FromGuest ? CommandRoute.Guest : CommandRoute.Qmp, command, default) { Conditions = policy, Delivery = waits ? new Deadline(1) : null };
}
