using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Controllers.Shipped.Backup;

/// <summary>What became of a group's backup.</summary>
/// <param name="Reason">Why it failed; <see langword="null"/> if it did not.</param>
internal sealed record BackupResult(string? Reason)
{
    /// <summary>For people.</summary>
    public string? Message { get; init; }

    /// <summary>What the worst of its copies is worth; <see langword="null"/> if none was taken.</summary>
    public Consistency? Consistency { get; init; }

    /// <summary>What was taken, also of a backup that failed.</summary>
    public IReadOnlyList<VmDiskSnapshot> Taken { get; init; } = [];

    /// <summary>The freeze that it was taken under; empty if there was none.</summary>
    public string Freeze { get; init; } = "";

    /// <summary>From the first VM's answer to the freeze to the last one's.</summary>
    public TimeSpan? Skew { get; init; }
}

/// <summary>Which groups there are, whose turn it is, and what became of them: pure functions.</summary>
internal static class BackupRules
{
    /// <summary>Groups asked for one by one that wait.</summary>
    public const int MaxAsked = 256;

    /// <summary>The group of a VM: <c>LABEL=VALUE</c>, or the VM alone by its identity; <see langword="null"/> as long as it has none.</summary>
    public static string? GroupOf(VmSnapshot vm, string? label) =>
        vm.Id is not { } id ? null : label is not null && vm.Labels.TryGetValue(label, out var value) ? $"{label}={value}" : id.ToString();

    /// <summary>All groups by name, in order. A VM that is there twice, as during a migration, is in its group once.</summary>
    public static SortedDictionary<string, IReadOnlyList<VmSnapshot>> Groups(IReadOnlyList<VmSnapshot> vms, string? label)
    {
        var groups = new SortedDictionary<string, IReadOnlyList<VmSnapshot>>(StringComparer.Ordinal);
        foreach (var group in vms.Where(vm => vm.Id is not null).DistinctBy(vm => vm.Id).GroupBy(vm => GroupOf(vm, label)!, StringComparer.Ordinal))
            groups.Add(group.Key, [.. group]);
        return groups;
    }

    /// <summary>Asks for one group.</summary>
    /// <returns>The state with it; <see langword="null"/> if too many wait already.</returns>
    public static BackupState? Ask(BackupState state, string group)
    {
        var asked = state.Asked ?? [];
        return asked.Contains(group) ? state : asked.Count < MaxAsked ? state with { Asked = [.. asked, group] } : null;
    }

    /// <summary>A backup of all groups becomes due, and the next one is planned: what was missed is done once.</summary>
    public static BackupState Schedule(BackupState state, BackupSchedule? schedule, DateTimeOffset now)
    {
        if (schedule is null)
            return state with { Schedule = null, NextAt = null };
        if (state.Schedule != schedule.Text || state.NextAt is not { } nextAt)
            return state with { Schedule = schedule.Text, NextAt = schedule.Next(now) };
        return nextAt > now ? state : state with { IsRunAsked = true, NextAt = schedule.Next(now) };
    }

    /// <summary>The next groups to be backed up become <see cref="BackupState.UnderWay"/>: those asked for one by one first.</summary>
    /// <param name="state">With nothing under way.</param>
    /// <param name="groups">All there are, sorted.</param>
    /// <param name="most">How many at a time.</param>
    /// <param name="now">The node's clock.</param>
    public static BackupState Take(BackupState state, IReadOnlyCollection<string> groups, int most, DateTimeOffset now)
    {
        var next = state with { Asked = null };
        var turns = (state.Asked ?? []).Where(groups.Contains).Take(most).ToList();
        var waiting = (state.Asked ?? []).Where(group => groups.Contains(group) && !turns.Contains(group)).ToArray();
        if (waiting.Length > 0)
            next = next with { Asked = waiting };
        if (next is { RunAfter: null, IsRunAsked: true })
            next = next with { RunAfter = "", IsRunAsked = false, RunAt = now };
        if (next.RunAfter is { } after)
        {
            var left = groups.Where(group => string.CompareOrdinal(group, after) > 0).ToArray();
            var run = left.Take(most - turns.Count).ToArray();
            next = next with { RunAfter = run.Length == left.Length ? null : run.Length > 0 ? run[^1] : after };
            turns = [.. turns.Union(run)];
        }
        return next with { UnderWay = turns.Count > 0 ? turns : null };
    }

    /// <summary>What became of a group.</summary>
    public static BackupResult Judge(FreezeReplies.Snapshots snapshots)
    {
        var taken = snapshots.Vms.Where(vm => vm.Phase == Phase.Succeeded).ToArray();
        var failed = snapshots.Vms.Where(vm => vm.Phase != Phase.Succeeded && vm.Reason != Reasons.NoWritableDisk).ToArray();
        // The others failed because of this one.
        var first = failed.FirstOrDefault(vm => vm.Reason != Reasons.GroupFailed) ?? failed.FirstOrDefault();
        return new BackupResult(first is not null ? first.Reason ?? first.Phase.ToString() : taken.Length == 0 ? Reasons.NoWritableDisk : null)
        {
            Message = first is not null ? $"{first.Vm.Host}/{first.Vm.Name}: {first.Message ?? first.Phase.ToString()}" : taken.Length == 0 ? "none of its VMs has a disk that it writes to" : null,
            Consistency = taken.Length == 0 ? null : taken.Min(vm => vm.Consistency ?? Consistency.Crash),
            Taken = taken,
            Freeze = snapshots.GroupId,
            Skew = snapshots.Skew,
        };
    }
}
