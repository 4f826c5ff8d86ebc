using CsCheck;
using Orchestrator.Actors.Controllers.Shipped.Backup;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Freezing;

namespace Orchestrator.Actors.Tests.Controllers.Shipped;

public sealed class BackupRulesTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("6h", "2026-03-04T18:00:00Z")]
    [InlineData("1.5m", "2026-03-04T12:01:30Z")]
    [InlineData("02:00", "2026-03-05T02:00:00Z")]
    [InlineData("12:00", "2026-03-05T12:00:00Z")]
    [InlineData("12:01", "2026-03-04T12:01:00Z")]
    [InlineData("23:30, 02:00,14:30", "2026-03-04T14:30:00Z")]
    public void Schedule_tells_the_next_time(string text, string expected)
    {
        Assert.True(BackupSchedule.TryParse(text, out var schedule));
        Assert.Equal(DateTimeOffset.Parse(expected, null), schedule.Next(Noon));
        Assert.Equal(DateTimeOffset.Parse(expected, null), schedule.Next(Noon.ToOffset(TimeSpan.FromHours(9))));
    }

    [Fact]
    public void Next_time_is_always_later_and_a_day_has_each_time_once() => Gen.Select(Gen.Int[0, 1_439].Array[1, 8], Gen.Int[0, 10_000_000]).Sample((minutes, seconds) =>
    {
        Assert.True(BackupSchedule.TryParse(string.Join(',', minutes.Select(minute => $"{minute / 60:00}:{minute % 60:00}")), out var schedule));
        var (after, times) = (Noon.AddSeconds(seconds), 0);
        for (var at = schedule.Next(after); at <= after.AddDays(1); at = schedule.Next(at))
            times++;
        return times == minutes.Distinct().Count();
    });

    /// <summary>Groups come and go between the turns: each that stays has exactly one turn, and no turn is larger than it may be.</summary>
    [Fact]
    public void Every_group_has_one_turn_in_a_run() => Gen.Select(Gen.Int[0, 30].Array[0, 30], Gen.Int[1, 5], Gen.Int[0, 30].Array[0, 8]).Sample((numbers, most, asked) =>
    {
        var groups = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var number in numbers)
            groups[$"g{number:00}"] = number;
        var state = new BackupState { IsRunAsked = true };
        foreach (var number in asked)
            state = BackupRules.Ask(state, $"g{number:00}")!;
        var turns = new List<string>();
        for (var i = 0; i < 100 && state is not { RunAfter: null, IsRunAsked: false, Asked: null, UnderWay: null }; i++)
        {
            state = BackupRules.Take(state with { UnderWay = null }, groups.Keys, most, Noon);
            Assert.InRange(state.UnderWay?.Count ?? 0, 0, most);
            Assert.Equal(state.UnderWay?.Distinct(), state.UnderWay);
            turns.AddRange(state.UnderWay ?? []);
        }
        Assert.Equal(groups.Keys, turns.Distinct().Order(StringComparer.Ordinal));
        return turns.GroupBy(turn => turn).All(turn => turn.Count() <= 1 + asked.Distinct().Count(number => turn.Key == $"g{number:00}"));
    });

    [Theory]
    [InlineData("Fs App", null, "Fs")]
    [InlineData("App Offline", null, "App")]
    [InlineData("Fs Crash", null, "Crash")]
    [InlineData("Fs -NoWritableDisk", null, "Fs")]
    [InlineData("-NoWritableDisk", "NoWritableDisk", null)]
    [InlineData("Fs -FreezeLost", "FreezeLost", "Fs")]
    [InlineData("-GroupFailed -FsFrozenForeign", "FsFrozenForeign", null)]
    [InlineData("-GroupFailed", "GroupFailed", null)]
    public void Group_is_worth_what_its_worst_copy_is_and_fails_with_the_first_reason_of_its_own(string vms, string? reason, string? consistency)
    {
        var result = BackupRules.Judge(new FreezeReplies.Snapshots("g", null, [.. vms.Split(' ').Select(Of)]));

        Assert.Equal((reason, consistency), (result.Reason, result.Consistency?.ToString()));
    }

    [Fact]
    public void VM_that_is_there_twice_is_in_its_group_once_and_one_without_identity_in_none()
    {
        var vm = ShippedRig.Running("web1", ShippedRig.Web);

        var groups = BackupRules.Groups([vm, vm with { Host = "host2" }, vm with { Id = null }], null);

        Assert.Equal("host1", Assert.Single(Assert.Single(groups).Value).Host);
    }

    private static VmDiskSnapshot Of(string text)
    {
        var vm = ShippedRig.Running("web1", ShippedRig.Web);
        return text.StartsWith('-') ? new VmDiskSnapshot(vm, Phase.Skipped) { Reason = text[1..] } : new VmDiskSnapshot(vm, Phase.Succeeded) { Consistency = Enum.Parse<Consistency>(text) };
    }
}
