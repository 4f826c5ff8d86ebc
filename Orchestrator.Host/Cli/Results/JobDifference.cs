using Orchestrator.Host.Cli.Jobs;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Results;

/// <summary>What is other in a job than in an earlier one, VM by VM.</summary>
/// <param name="Changes">Equal ones together: what needs a person first, then the largest.</param>
/// <param name="Same">Number of VMs that ended as before.</param>
internal sealed record JobDifference(IReadOnlyList<JobChange> Changes, int Same)
{
    /// <summary>Compares how the outcomes ended (phase, reason, exit code) and, where there are two, their results. Messages do not count: they have numbers that vary.</summary>
    public static JobDifference Of(IReadOnlyList<OutcomeView> before, IReadOnlyList<OutcomeView> now, IgnoredMembers ignored)
    {
        var earlier = before.ToDictionary(outcome => (outcome.Host, outcome.Name));
        var later = now.ToDictionary(outcome => (outcome.Host, outcome.Name));
        // Both have a VM's name in one way, also where only one of them has another VM of that name.
        var names = OutcomeNames.Of([.. now, .. before.Where(outcome => !later.ContainsKey((outcome.Host, outcome.Name)))]);
        var compared = names
            .Select(entry => (entry.Name, Change: Compare(earlier.GetValueOrDefault((entry.Outcome.Host, entry.Outcome.Name)), later.GetValueOrDefault((entry.Outcome.Host, entry.Outcome.Name)), ignored)))
            .ToLookup(entry => entry.Change is null);
        return new JobDifference(
            [
                .. compared[false]
                    .GroupBy(entry => entry.Change!, entry => entry.Name)
                    .Select(group => new JobChange(group.Key, [.. group.Order(NaturalOrder.Instance)]))
                    .OrderBy(change => change.What.Severity)
                    .ThenByDescending(change => change.Names.Count)
                    .ThenBy(change => change.Names[0], NaturalOrder.Instance),
            ],
            compared[true].Count());
    }

    private static OutcomeChange? Compare(OutcomeView? before, OutcomeView? now, IgnoredMembers ignored)
    {
        var (was, becomes) = (before is null ? null : OutcomeBody.Of(before, ignored), now is null ? null : OutcomeBody.Of(now, ignored));
        var (wasEnding, ending) = (before?.Ending, now?.Ending);
        // What failed without a result has nothing to show but its ending.
        var (wasContent, content) = before?.HasResult == true && now?.HasResult == true ? (was!.Content, becomes!.Content) : ("", "");
        return wasEnding == ending && wasContent == content ? null : new OutcomeChange(Phases.Severity((now ?? before)!.Phase), wasEnding, ending, wasContent, content);
    }
}

/// <summary>A change of one outcome. Equal for VMs that changed in the same way.</summary>
/// <param name="Severity">Of the later outcome (<see cref="Phases.Severity"/>).</param>
/// <param name="Was">How it ended before; <see langword="null"/> if the VM was no target.</param>
/// <param name="Now">How it ended; <see langword="null"/> if the VM is no target.</param>
/// <param name="Before">The earlier result; empty unless both have one.</param>
/// <param name="After">The later result; empty unless both have one.</param>
internal sealed record OutcomeChange(int Severity, string? Was, string? Now, string Before, string After);

/// <summary>The VMs that changed in the same way.</summary>
/// <param name="What">How.</param>
/// <param name="Names">In natural order.</param>
internal sealed record JobChange(OutcomeChange What, IReadOnlyList<string> Names);
