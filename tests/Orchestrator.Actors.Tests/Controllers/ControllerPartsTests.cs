using Microsoft.Extensions.Time.Testing;
using Orchestrator.Actors.Controllers;
using Orchestrator.Actors.Controllers.Storage;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Filtering;
using Orchestrator.Actors.Tests.FanOut.Selectors;

namespace Orchestrator.Actors.Tests.Controllers;

/// <summary>Pure parts of the machinery.</summary>
public sealed class ControllerPartsTests
{
    private static EventPosition At(long sequence) => new(1, sequence);

    [Fact]
    public void The_place_is_before_the_first_that_is_not_handled()
    {
        var progress = new FeedProgress(EventCursor.Beginning.With("h", At(10)));
        var first = progress.Add("h", At(11), 1, default(DateTimeOffset));
        var second = progress.Add("h", At(14), 2, null);
        var other = progress.Add("g", default, 1, null);
        progress.ReadTo(progress.Read.With("h", At(20)).With("g", At(3)));
        Assert.Equal((At(11), default, 3), (progress.Handled["h"], progress.Handled["g"], progress.Open));

        progress.Finish(second);
        progress.Finish(second);
        Assert.Equal((At(11), 2), (progress.Handled["h"], progress.Open));
        progress.Finish(first);
        Assert.Equal(At(20), progress.Handled["h"]);
        progress.Finish(other);
        Assert.Equal((At(3), 0, null), (progress.Handled["g"], progress.Open, progress.OldestOpen));
    }

    [Fact]
    public async Task The_gate_lets_a_minutes_commands_through_and_then_one_by_one()
    {
        var time = new FakeTimeProvider();
        var gate = new ControllerGate(new ControllerQuota(CommandsPerMinute: 2, MaxConcurrent: 10), time);
        using var first = await gate.EnterAsync(CancellationToken.None);
        using var second = await gate.EnterAsync(CancellationToken.None);
        var third = gate.EnterAsync(CancellationToken.None);
        using var impatient = new CancellationTokenSource();
        var fourth = gate.EnterAsync(impatient.Token);
        impatient.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fourth);
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(third.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        using var entered = await third;
        var fifth = gate.EnterAsync(CancellationToken.None);
        time.Advance(TimeSpan.FromSeconds(30));
        using var last = await fifth;
    }

    [Fact]
    public async Task Only_so_many_are_under_way()
    {
        var gate = new ControllerGate(new ControllerQuota(MaxConcurrent: 1), new FakeTimeProvider());
        var first = await gate.EnterAsync(CancellationToken.None);
        var second = gate.EnterAsync(CancellationToken.None);
        Assert.False(second.IsCompleted);
        first.Dispose();
        (await second).Dispose();
    }

    [Fact]
    public void Values_have_limits_and_only_what_is_different_is_a_change()
    {
        var state = new ControllerState(Enumerable.Range(0, ControllerContext.MaxKeys).ToDictionary(number => $"k{number}", _ => "v"));
        state.Set("k0", "v");
        Assert.Empty(state.Changes);
        Assert.Throws<ArgumentException>(() => state.Set("more", "v"));
        state.Set("k1", null);
        state.Set("more", "v");
        Assert.Null(state.Get("k1"));
        Assert.Equal("v", state.Get("more"));
        Assert.Throws<ArgumentException>(() => state.Set("k1", "v"));
        Assert.Throws<ArgumentException>(() => state.Set("k2", new string('ü', ControllerContext.MaxValueBytes)));
        Assert.Throws<ArgumentException>(() => state.Set("", "v"));
        Assert.Equal(["k1", "more"], state.Changes.Keys.Order());
    }

    [Fact]
    public void A_checkpoint_that_failed_goes_before_what_came_since()
    {
        var cursor = EventCursor.Beginning.With("h", At(1));
        var checkpoints = new ControllerCheckpoints("c", EventCursor.Beginning);
        Assert.False(checkpoints.IsDue(EventCursor.Beginning));
        checkpoints.Add("a", Change(1, ("x", "1"), ("y", "1")));
        checkpoints.Add(Failure("1"));
        var failed = checkpoints.Take(cursor, false);
        Assert.False(checkpoints.HasNews);
        checkpoints.Add("a", Change(2, ("x", null)));
        checkpoints.Add("b", Change(1));
        checkpoints.Add(Failure("2"));
        checkpoints.NotSaved();

        var again = checkpoints.Take(cursor.With("h", At(2)), true);
        Assert.Equal((1, 2), (failed.Instances["a"].Mark.Ticks, again.Instances["a"].Mark.Ticks));
        Assert.Equal([("x", null), ("y", "1")], again.Instances["a"].State.OrderBy(item => item.Key).Select(item => (item.Key, item.Value)));
        Assert.Equal(["1", "2"], again.Failures.Select(failure => failure.Error));
        checkpoints.Saved();
        Assert.False(checkpoints.IsDue(cursor.With("h", At(2))));
        Assert.True(checkpoints.IsDue(cursor));
    }

    [Fact]
    public void Forgotten_instances_stay_forgotten_unless_they_live_again()
    {
        var checkpoints = new ControllerCheckpoints("c", EventCursor.Beginning);
        checkpoints.Add("a", Change(1));
        checkpoints.Take(EventCursor.Beginning, false);
        checkpoints.Forget(["a", "b"]);
        checkpoints.NotSaved();
        checkpoints.Add("b", Change(1));
        var taken = checkpoints.Take(EventCursor.Beginning, false);
        Assert.Equal(["a"], taken.Forgotten);
        Assert.Equal(["b"], taken.Instances.Keys);
        checkpoints.NotSaved();
        Assert.Equal(["a"], checkpoints.Take(EventCursor.Beginning, false).Forgotten);
    }

    [Theory]
    [InlineData(1, 5, 1, 5, false)]
    [InlineData(1, 6, 1, 5, true)]
    [InlineData(2, 1, 1, 5, true)]
    [InlineData(1, 9, 2, 1, false)]
    public void Events_after_a_place_are_those_of_later_lives_or_larger_numbers(long epoch, long sequence, long placeEpoch, long placeSequence, bool isAfter) =>
        Assert.Equal(isAfter, InstanceTicks.IsAfter(new EventPosition(epoch, sequence), new EventPosition(placeEpoch, placeSequence)));

    [Fact]
    public void Ticks_of_VMs_are_spread_over_the_second_half_of_the_interval()
    {
        var first = Enumerable.Range(0, 100).Select(number => InstanceTicks.First(new ControllerCaller("c", $"{number}", new Orchestrator.Actors.Vms.VmId(Guid.Empty), false, _ => { }), TimeSpan.FromSeconds(60))).ToArray();
        Assert.All(first, delay => Assert.InRange(delay.TotalSeconds, 30, 60));
        Assert.True(first.Max() - first.Min() > TimeSpan.FromSeconds(20));
        Assert.Equal(60, InstanceTicks.First(new ControllerCaller("c", "fleet", null, false, _ => { }), TimeSpan.FromSeconds(60)).TotalSeconds);
    }

    [Theory]
    [InlineData("web1", "A", null, true)]
    [InlineData("db1", "A", null, false)]
    [InlineData("web1", "B", null, false)]
    [InlineData("web1", "A", "scripted", false)]
    [InlineData("web1", "A", "other", true)]
    [InlineData("", "A", "api", true)]
    [InlineData("", "B", "api", false)]
    public void Events_of_no_VM_are_narrowed_by_no_target_and_its_own_are_not_followed(string vm, string name, string? controller, bool isWanted)
    {
        var registration = new ControllerRegistration(() => new ScriptedController(new Script { Events = new EventFilter { Types = ["A"] } }), ControllerMode.Live, Sample.Parse("web*"));

        Assert.Equal(isWanted, registration.Wants(new FleetEvent { Host = "h", VmName = vm, Name = name, Time = default, Provenance = Provenance.Host, Controller = controller }));
    }

    [Fact]
    public void A_target_narrows_the_controllers_own_selector()
    {
        var registration = new ControllerRegistration(() => new ScriptedController(new Script { Events = new EventFilter { Vms = Sample.Parse("a* or b*") } }), ControllerMode.Live, Sample.Parse("*1"));
        Assert.Equal([true, false, false], new[] { "a1", "a2", "c1" }.Select(name => registration.Events.Vms!.Matches(Sample.Vm(name))));
    }

    [Fact]
    public void Quotas_and_intervals_that_cannot_be_are_told()
    {
        Assert.Contains("Quota", Assert.Throws<ArgumentException>(() => new ControllerRegistration(() => new ScriptedController(new Script { Quota = new ControllerQuota(0) }))).Message);
        Assert.Contains("Interval", Assert.Throws<ArgumentException>(() => new ControllerRegistration(() => new ScriptedController(new Script { Interval = TimeSpan.FromMilliseconds(10) }))).Message);
    }

    private static InstanceChange Change(long ticks, params (string Key, string? Value)[] state) => new(new InstanceMark(0, EventCursor.Beginning, 1, ticks), state.ToDictionary(item => item.Key, item => item.Value));

    private static FailedWork Failure(string error) => new(default, "a", "w", null, null, 4, error);
}
