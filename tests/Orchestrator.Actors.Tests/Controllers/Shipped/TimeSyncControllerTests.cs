using CsCheck;
using Orchestrator.Actors.Controllers.Shipped.TimeSync;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Tests.Controllers.Shipped;

public sealed class TimeSyncControllerTests
{
    private readonly ClockWorld _world = new();

    private ShippedRig Rig => _world.Rig;

    [Fact]
    public async Task Clock_is_set_after_a_long_pause_and_the_event_tells_before_and_after()
    {
        await _world.PauseAsync(60);

        Assert.Equal(["guest-get-time", "guest-set-time", "guest-get-time"], Rig.SentNames);
        var (name, data, vm) = Assert.Single(Rig.Published);
        Assert.Equal(("TIME_SYNCHRONIZED", "web1"), (name, vm));
        Assert.Equal("""{"cause":"resume","drift-ms":-60000,"after-ms":0}""", data.GetRawText());
        Assert.Empty(Rig.State);
    }

    [Fact]
    public async Task Short_pause_asks_nothing()
    {
        await _world.PauseAsync(4.9);

        Assert.Empty(Rig.Sent);
    }

    [Fact]
    public async Task Guest_whose_clock_is_right_is_left_as_it_is()
    {
        await Rig.HappensAsync("STOP");
        Rig.Time.Advance(TimeSpan.FromSeconds(60));
        await Rig.HappensAsync("RESUME");

        Assert.Equal(["guest-get-time"], Rig.SentNames);
        Assert.Empty(Rig.Published);
    }

    [Theory]
    [InlineData(1_001, 3)]
    [InlineData(1_000, 1)]
    [InlineData(-1_000, 1)]
    [InlineData(-1_001, 3)]
    public async Task Guest_that_starts_with_a_wrong_clock_has_it_set(int driftMs, int commands)
    {
        _world.Drift = TimeSpan.FromMilliseconds(driftMs);

        await Rig.HappensAsync("GUEST_STARTUP");

        Assert.Equal(commands, Rig.Sent.Count);
        Assert.Equal(commands == 3 ? ["startup"] : [], Rig.Published.Select(published => published.Data.GetProperty("cause").GetString()!));
    }

    [Fact]
    public async Task Snapshot_that_was_loaded_counts_whatever_the_pause()
    {
        _world.Drift = TimeSpan.FromDays(-3);
        await Rig.HappensAsync("STOP");
        await Rig.HappensAsync("RESET", """{"guest":false,"reason":"snapshot-load"}""");
        await Rig.HappensAsync("RESUME");

        Assert.Equal("load", Assert.Single(Rig.Published).Data.GetProperty("cause").GetString());
    }

    [Theory]
    [InlineData("RESUME", "{}", "host2", "migration")]
    [InlineData("MIGRATION", """{"status":"completed"}""", "host1", "migration")]
    public async Task Guest_that_came_from_elsewhere_counts_whatever_the_pause(string name, string data, string host, string cause)
    {
        _world.Drift = TimeSpan.FromSeconds(-2);
        await Rig.HappensAsync("STOP");
        await Rig.HappensAsync(name, data, host);

        Assert.Equal(cause, Assert.Single(Rig.Published).Data.GetProperty("cause").GetString());
    }

    [Fact]
    public async Task Resume_of_a_guest_whose_stop_nobody_saw_is_looked_at()
    {
        _world.Drift = TimeSpan.FromSeconds(-2);
        await Rig.HappensAsync("RESUME");

        Assert.Single(Rig.Published);
    }

    [Fact]
    public async Task What_is_due_waits_for_the_agent_and_for_the_thaw_and_survives_a_kill()
    {
        Rig.Vm = Rig.Vm with { Agent = AgentState.Unresponsive, Freeze = FreezeState.Frozen };
        await _world.PauseAsync(60);
        await Rig.PassAsync(90);
        Assert.Empty(Rig.Sent);
        await Rig.RestartAsync();
        Rig.Vm = Rig.Vm with { Agent = AgentState.Ready };
        await Rig.PassAsync(30);
        Assert.Empty(Rig.Sent);

        Rig.Vm = Rig.Vm with { Freeze = FreezeState.Thawed };
        await Rig.HappensAsync("GUEST_FSFREEZE_CHANGED", """{"state":"thawed"}""");

        Assert.Equal("resume", Assert.Single(Rig.Published).Data.GetProperty("cause").GetString());
    }

    [Fact]
    public async Task Agent_that_comes_back_without_an_event_is_found_by_the_next_tick()
    {
        Rig.Vm = Rig.Vm with { Agent = AgentState.Unresponsive };
        await _world.PauseAsync(60);
        Rig.Vm = Rig.Vm with { Agent = AgentState.Ready };

        await Rig.TickAsync();

        Assert.Single(Rig.Published);
    }

    [Fact]
    public async Task Guest_that_shuts_down_meanwhile_needs_nothing()
    {
        Rig.Vm = Rig.Vm with { Agent = AgentState.Absent };
        await _world.PauseAsync(60);
        await Rig.HappensAsync("SHUTDOWN", """{"guest":true,"reason":"guest-shutdown"}""");
        Rig.Vm = Rig.Vm with { Agent = AgentState.Ready };

        await Rig.TickAsync();

        Assert.Empty(Rig.Sent);
    }

    [Theory]
    [InlineData(Reasons.Unsupported)]
    [InlineData(Reasons.DisabledByGuest)]
    public async Task Agent_without_the_command_is_noted_once_and_left_alone_until_it_is_another_one(string reason)
    {
        Rig.Answer = command => command.Name == "guest-set-time" ? throw ShippedRig.Failure(command.Name, Phase.Refused, reason) : _world.Answer(command);
        await _world.PauseAsync(60);
        await _world.PauseAsync(60);
        Assert.Single(Rig.Sent, command => command.Name == "guest-set-time");
        Assert.Single(Rig.Notes);
        Assert.Empty(Rig.Published);

        Rig.Answer = _world.Answer;
        Rig.Vm = Rig.Vm with { Guest = Rig.Vm.Guest! with { AgentVersion = "8.0" } };
        await _world.PauseAsync(60);

        Assert.Single(Rig.Published);
    }

    [Fact]
    public async Task Clock_that_cannot_be_read_is_set_after_a_pause_and_left_alone_at_a_startup()
    {
        Rig.Answer = command => command.Name == "guest-get-time" ? throw ShippedRig.Failure(command.Name, Phase.Refused, Reasons.DisabledByGuest) : _world.Answer(command);
        await Rig.HappensAsync("GUEST_STARTUP");
        Assert.Equal(["guest-get-time"], Rig.SentNames);

        await _world.PauseAsync(60);

        Assert.Equal("""{"cause":"resume"}""", Assert.Single(Rig.Published).Data.GetRawText());
    }

    [Fact]
    public async Task Refusal_that_is_about_the_hardware_clock_alone_is_a_success_with_a_message()
    {
        Rig.Answer = command =>
        {
            var answer = _world.Answer(command);
            return command.Name == "guest-set-time" ? throw ShippedRig.Failure(command.Name, Phase.Refused, Reasons.GuestError) : answer;
        };
        await _world.PauseAsync(60);

        var data = Assert.Single(Rig.Published).Data;
        Assert.Equal(0, data.GetProperty("after-ms").GetDouble());
        Assert.Contains("GuestError", data.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failures_are_tried_again_by_ticks_a_few_times()
    {
        Rig.Answer = command => throw ShippedRig.Failure(command.Name, Phase.Unknown, Reasons.AgentUnresponsive);
        await _world.PauseAsync(60);
        await Rig.PassAsync(3_600);
        Assert.Equal(TimeSyncRules.MaxFailures, Rig.Sent.Count);
        Assert.Contains("could not be set", Rig.Controller.Complaint, StringComparison.Ordinal);

        Rig.Answer = _world.Answer;
        await _world.PauseAsync(60);

        Assert.Single(Rig.Published);
        Assert.Null(Rig.Controller.Complaint);
    }

    [Fact]
    public async Task Guest_that_claims_to_start_over_and_over_is_asked_once_in_a_while()
    {
        for (var i = 0; i < 100; i++)
            await Rig.HappensAsync("GUEST_STARTUP");
        Assert.Single(Rig.Sent);

        await Rig.PassAsync(30);

        Assert.Equal(2, Rig.Sent.Count);
    }

    [Fact]
    public async Task Lost_events_are_a_reason_to_look()
    {
        _world.Drift = TimeSpan.FromSeconds(9);
        await Rig.GapAsync();

        Assert.Equal("gap", Assert.Single(Rig.Published).Data.GetProperty("cause").GetString());
    }

    [Fact]
    public async Task Shadow_reads_and_notes_what_it_would_do()
    {
        var world = new ClockWorld(isShadow: true);
        await world.PauseAsync(60);

        Assert.Empty(world.Rig.Published);
        Assert.Contains("would have set its clock (resume), which is off by -60000 ms", Assert.Single(world.Rig.Notes), StringComparison.Ordinal);
        Assert.Empty(world.Rig.State);
    }

    [Fact]
    public void Slow_answers_make_a_reading_uncertain()
    {
        var second = TimeSpan.FromSeconds(1);
        Assert.True(TimeSyncRules.IsOff(new ClockReading(1.6 * second, second), second));
        Assert.False(TimeSyncRules.IsOff(new ClockReading(1.5 * second, second), second));
        Assert.False(TimeSyncRules.IsOff(new ClockReading(-1.5 * second, second), second));
    }

    [Fact]
    public void Time_is_told_in_nanoseconds_as_of_its_arrival() =>
        Assert.Equal(1_700_000_000_250_000_000, TimeSyncRules.Nanoseconds(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), TimeSpan.FromMilliseconds(500)));

    /// <summary>Events and conditions in any order, with kills between: no guest is spoken to that is not ready, and none stays wrong once it is.</summary>
    [Fact]
    public Task Whatever_happens_only_a_guest_that_is_ready_is_spoken_to_and_it_is_right_in_the_end() => Gen.Int[0, ClockWorld.Steps - 1].Array[0, 40].SampleAsync(async steps =>
    {
        var world = new ClockWorld();
        await world.Rig.StartAsync();
        foreach (var step in steps)
            await world.StepAsync(step);
        await world.SettleAsync();
        // Pauses that are too short to count add up; here no more than one of 4 s at a time is left.
        Assert.InRange(world.Drift, TimeSpan.FromSeconds(-4 * (steps.Count(step => step == 1) + 1)), TimeSpan.FromSeconds(1));
    }, iter: 2_000);
}
