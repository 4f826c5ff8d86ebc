using CsCheck;
using Orchestrator.Actors.Controllers.Shipped.Watchdog;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Tests.Controllers.Shipped;

public sealed class WatchdogControllerTests
{
    private readonly WatchWorld _notifier = new();
    private readonly WatchWorld _resetter = new(("policy", "reset"));

    [Fact]
    public async Task Agent_that_does_not_come_back_is_told_once()
    {
        await _notifier.LoseAsync();
        await _notifier.PassAsync(50);
        Assert.Empty(_notifier.Rig.Published);
        await _notifier.PassAsync(4_000);

        var (name, data, vm) = Assert.Single(_notifier.Rig.Published);
        Assert.Equal(("AGENT_WATCHDOG", "web1"), (name, vm));
        Assert.Equal("""{"lost-for-ms":60000,"action":"notify","reason":"silent"}""", data.GetRawText());
        Assert.Empty(_notifier.Resets);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Agent_that_comes_back_with_or_without_an_event_is_not_missed_and_the_next_loss_counts_anew(bool tells)
    {
        await _resetter.LoseAsync();
        await _resetter.PassAsync(50);
        await _resetter.ComeBackAsync(tells);
        await _resetter.PassAsync(600);
        Assert.Empty(_resetter.Actions);

        await _resetter.LoseAsync();
        await _resetter.PassAsync(60);

        Assert.Equal(["reset"], _resetter.Actions);
    }

    [Fact]
    public async Task Vm_is_reset_twice_with_time_to_boot_between_and_then_told_only()
    {
        var start = _resetter.Rig.Now;
        await _resetter.LoseAsync();
        await _resetter.PassAsync(7_200);

        Assert.Equal(["reset", "reset", "notify"], _resetter.Actions);
        Assert.Equal([60, 60 + 360], _resetter.Resets.Select(reset => (reset - start).TotalSeconds));
        Assert.Equal([1, 2, 2], _resetter.Rig.Published.Select(published => published.Data.GetProperty("resets").GetInt32()));
    }

    [Fact]
    public async Task Resets_that_help_are_counted_all_the_same_until_their_window_is_over()
    {
        for (var i = 0; i < 3; i++)
        {
            await _resetter.LoseAsync();
            await _resetter.PassAsync(60);
            await _resetter.ComeBackAsync(tells: true);
        }
        Assert.Equal(["reset", "reset", "notify"], _resetter.Actions);

        await _resetter.PassAsync(3_600);
        await _resetter.LoseAsync();
        await _resetter.PassAsync(60);

        Assert.Equal(["reset", "reset", "notify", "reset"], _resetter.Actions);
    }

    [Theory]
    [InlineData("SHUTDOWN", """{"guest":true,"reason":"guest-shutdown"}""")]
    [InlineData("RESET", """{"guest":true,"reason":"guest-reset"}""")]
    public async Task Loss_around_the_end_of_a_guest_is_a_part_of_it_in_both_orders(string name, string data)
    {
        await _resetter.LoseAsync("port-closed");
        _resetter.Rig.Time.Advance(TimeSpan.FromSeconds(5));
        await _resetter.Rig.HappensAsync(name, data);
        await _resetter.PassAsync(3_600);
        await _resetter.ComeBackAsync(tells: true);

        await _resetter.Rig.HappensAsync(name, data);
        _resetter.Rig.Time.Advance(TimeSpan.FromSeconds(5));
        await _resetter.LoseAsync("port-closed");
        await _resetter.PassAsync(3_600);

        Assert.Empty(_resetter.Actions);
    }

    [Fact]
    public async Task Guest_that_was_asked_to_power_down_has_its_time_to()
    {
        await _resetter.Rig.HappensAsync("POWERDOWN");
        await _resetter.LoseAsync("port-closed");
        await _resetter.PassAsync(350);
        Assert.Empty(_resetter.Actions);
        await _resetter.PassAsync(20);
        Assert.Equal(["reset"], _resetter.Actions);
    }

    [Theory]
    [InlineData(VmState.Paused, FreezeState.Thawed, "RESUME", "{}")]
    [InlineData(VmState.Running, FreezeState.Frozen, "GUEST_FSFREEZE_CHANGED", """{"state":"thawed"}""")]
    public async Task Patience_begins_anew_once_the_guest_can_move_again(VmState state, FreezeState freeze, string name, string data)
    {
        await _resetter.LoseAsync();
        _resetter.Rig.Vm = _resetter.Rig.Vm with { State = state, Freeze = freeze };
        await _resetter.PassAsync(600);
        await _resetter.ChangeAsync(_resetter.Rig.Vm with { State = VmState.Running, Freeze = FreezeState.Thawed }, name, data);
        await _resetter.PassAsync(50);
        Assert.Empty(_resetter.Actions);

        await _resetter.PassAsync(10);

        Assert.Equal(["reset"], _resetter.Actions);
    }

    [Fact]
    public async Task Guest_that_is_being_copied_is_left_alone_until_its_migration_has_ended()
    {
        await _resetter.MigrateAsync("active");
        await _resetter.LoseAsync();
        await _resetter.PassAsync(600);
        await _resetter.MigrateAsync("failed");
        await _resetter.PassAsync(50);
        Assert.Empty(_resetter.Actions);

        await _resetter.PassAsync(10);

        Assert.Equal(["reset"], _resetter.Actions);
    }

    [Fact]
    public async Task Guest_that_is_being_copied_is_not_told_of_either()
    {
        await _notifier.MigrateAsync("active");
        await _notifier.LoseAsync();
        await _notifier.PassAsync(600);
        Assert.Empty(_notifier.Actions);

        await _notifier.MigrateAsync("cancelled");
        await _notifier.PassAsync(60);

        Assert.Equal(["notify"], _notifier.Actions);
    }

    [Fact]
    public async Task Migration_whose_events_nobody_saw_is_asked_for_before_a_reset()
    {
        _resetter.IsMigrating = true;
        await _resetter.LoseAsync();
        await _resetter.PassAsync(600);
        Assert.Empty(_resetter.Actions);

        _resetter.IsMigrating = false;
        await _resetter.PassAsync(10);

        Assert.Equal(["reset"], _resetter.Actions);
    }

    [Theory]
    [InlineData(VmState.Stopped, AgentState.Absent)]
    [InlineData(VmState.Running, AgentState.Quarantined)]
    [InlineData(VmState.Running, AgentState.None)]
    public async Task Guest_that_is_off_or_quarantined_is_not_missed(VmState state, AgentState agent)
    {
        await _resetter.LoseAsync();
        _resetter.Rig.Vm = _resetter.Rig.Vm with { State = state, Agent = agent };
        await _resetter.PassAsync(600);
        _resetter.Rig.Vm = _resetter.Rig.Vm with { State = VmState.Running, Agent = AgentState.Absent };
        await _resetter.PassAsync(600);

        Assert.Empty(_resetter.Actions);
    }

    [Theory]
    [InlineData(VmState.Unreachable, AgentState.Unresponsive)]
    [InlineData(VmState.Unresponsive, AgentState.Unresponsive)]
    [InlineData(VmState.Migrating, AgentState.Absent)]
    [InlineData(VmState.Running, AgentState.Connecting)]
    public async Task What_cannot_be_judged_yet_waits(VmState state, AgentState agent)
    {
        await _resetter.LoseAsync();
        _resetter.Rig.Vm = _resetter.Rig.Vm with { State = state, Agent = agent };
        await _resetter.PassAsync(600);
        Assert.Empty(_resetter.Actions);

        _resetter.Rig.Vm = _resetter.Rig.Vm with { State = VmState.Running, Agent = AgentState.Absent };
        await _resetter.PassAsync(10);

        Assert.Equal(["reset"], _resetter.Actions);
    }

    [Fact]
    public async Task Channel_that_failed_on_the_host_is_no_reason_for_a_reset()
    {
        await _resetter.LoseAsync("channel-failed");
        await _resetter.PassAsync(60);

        Assert.Equal(["notify"], _resetter.Actions);
    }

    [Fact]
    public async Task Node_that_was_away_gives_the_agent_its_patience_again()
    {
        await _resetter.LoseAsync();
        await _resetter.PassAsync(50);
        _resetter.Rig.Time.Advance(TimeSpan.FromHours(1));
        await _resetter.Rig.RestartAsync();
        await _resetter.PassAsync(50);
        Assert.Empty(_resetter.Actions);

        await _resetter.PassAsync(10);

        Assert.Equal(["reset"], _resetter.Actions);
    }

    [Fact]
    public async Task Reset_that_fails_is_told_and_counts()
    {
        _resetter.Rig.Answer = command => throw ShippedRig.Failure(command.Name, Phase.Undelivered, Reasons.QemuUnresponsive);
        await _resetter.LoseAsync();
        await _resetter.PassAsync(7_200);

        Assert.Equal(["reset-failed", "reset-failed", "notify"], _resetter.Actions);
        Assert.Contains("QemuUnresponsive", _resetter.Rig.Published[0].Data.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reset_that_was_sent_before_a_kill_is_known_by_its_event()
    {
        var world = new WatchWorld(("policy", "reset"));
        await world.LoseAsync();
        world.Rig.Time.Advance(TimeSpan.FromSeconds(60));
        world.Rig.Kill((controller, context) => controller.OnTickAsync(context, default));
        Assert.Single(world.Resets);

        await world.Rig.StartAsync();
        await world.TellResetAsync();
        await world.PassAsync(3_600);

        Assert.Single(world.Resets);
    }

    [Fact]
    public async Task Silent_agents_are_found_by_pings_where_that_is_asked_for()
    {
        var world = new WatchWorld(("ping", "60s"));
        await world.PassAsync(600);
        Assert.Equal(10, world.Rig.SentNames.Count(name => name == "guest-ping"));

        world.Rig.Vm = world.Rig.Vm with { State = VmState.Paused };
        await world.PassAsync(600);
        Assert.Equal(10, world.Rig.Sent.Count);
        await _notifier.PassAsync(600);
        Assert.Empty(_notifier.Rig.Sent);
    }

    [Theory]
    [InlineData("60s", null, 10)]
    [InlineData("12s", null, 2)]
    [InlineData("1s", null, 1)]
    [InlineData("60s", "12s", 2)]
    [InlineData("6s", "1h", 1)]
    public void Ticks_come_often_enough_for_the_shortest_wait(string patience, string? ping, int seconds)
    {
        var options = ping is null ? ShippedRig.Options(("patience", patience)) : ShippedRig.Options(("patience", patience), ("ping", ping));

        Assert.Equal(TimeSpan.FromSeconds(seconds), new WatchdogController(options).Interval);
    }

    /// <summary>Any history, with kills: the world asserts that no VM is reset that does not run, is frozen, migrates or has its agent.</summary>
    [Fact]
    public Task Whatever_happens_no_VM_is_reset_too_often() => Gen.Int[0, WatchWorld.Steps - 1].Array[0, 60].SampleAsync(async steps =>
    {
        var world = new WatchWorld(("policy", "reset"));
        await world.Rig.StartAsync();
        foreach (var step in steps)
            await world.StepAsync(step);
        foreach (var reset in world.Resets)
            Assert.True(world.Resets.Count(other => other >= reset && other < reset + TimeSpan.FromHours(1)) <= 2);
    }, iter: 2_000);

    /// <summary>An agent that is lost while nothing else is the reason is told in the end, whatever came before.</summary>
    [Fact]
    public Task Whatever_happened_before_an_agent_that_stays_away_is_told() => Gen.Int[0, WatchWorld.Steps - 1].Array[0, 40].SampleAsync(async steps =>
    {
        var world = new WatchWorld();
        await world.Rig.StartAsync();
        foreach (var step in steps)
            await world.StepAsync(step);
        world.Rig.Vm = world.Rig.Vm with { State = VmState.Running, Freeze = FreezeState.Thawed };
        await world.MigrateAsync("completed");
        await world.ComeBackAsync(tells: true);
        await world.PassAsync(600);
        var told = world.Rig.Published.Count;

        await world.LoseAsync();
        await world.PassAsync(60);

        Assert.Equal(told + 1, world.Rig.Published.Count);
    }, iter: 2_000);
}
