using Orchestrator.Bench.Fleet.Results;
using Orchestrator.TestKit.Migration;

namespace Orchestrator.Bench.Migrate.Results;

/// <summary>What all migrations of one mode did. Times are in ms.</summary>
/// <param name="Mode">Who drove.</param>
/// <param name="Migrations">All of them.</param>
/// <param name="Undrained">Those before which the agent had not answered everything; of the driven ones.</param>
/// <param name="Took">Of <see cref="MigrationSample.Took"/>.</param>
/// <param name="Blackout">Of <see cref="MigrationSample.Blackout"/>.</param>
/// <param name="Quiet">The longest gap between answers in each second without a migration.</param>
/// <param name="Downtime">Of <see cref="MigrationSample.Downtime"/>; <see langword="null"/> where nobody told it.</param>
/// <param name="Classes">How commands ended, by class.</param>
/// <param name="EventsLost">Events that subscribers did not get, or that were not told.</param>
/// <param name="Broken">Promises that were not kept, each a sentence: none if all is well.</param>
/// <param name="Samples">In their order.</param>
public sealed record ModeSummary(
    string Mode, int Migrations, int Undrained, Distribution Took, Distribution Blackout, Distribution Quiet, Distribution? Downtime,
    IReadOnlyList<LoadTally> Classes, int EventsLost, IReadOnlyList<string> Broken, IReadOnlyList<MigrationSample> Samples)
{
    private const int MostExamples = 10;

    /// <summary>Summarizes, and holds it to what is promised (docs/MIGRATION.md).</summary>
    /// <param name="mode">Who drove.</param>
    /// <param name="samples">One per migration.</param>
    /// <param name="quiet">Gaps without a migration.</param>
    /// <param name="classes">How commands ended.</param>
    /// <param name="wrong">What the load found, each a sentence.</param>
    /// <param name="eventsLost">Events that were lost.</param>
    public static ModeSummary Of(string mode, IReadOnlyList<MigrationSample> samples, IReadOnlyList<double> quiet, IReadOnlyList<LoadTally> classes, IReadOnlyList<string> wrong, int eventsLost)
    {
        var downtimes = samples.Select(sample => sample.Downtime).OfType<double>().ToArray();
        return new ModeSummary(
            mode, samples.Count, samples.Count(sample => sample.Drained == false),
            Distribution.Of(samples.Select(sample => sample.Took)), Distribution.Of(samples.Select(sample => sample.Blackout)), Distribution.Of(quiet.Select(gap => Math.Round(gap, 1))),
            downtimes.Length > 0 ? Distribution.Of(downtimes) : null,
            classes, eventsLost, [.. BrokenBy(mode, classes, eventsLost), .. wrong.Take(MostExamples)], samples);
    }

    private static IEnumerable<string> BrokenBy(string mode, IReadOnlyList<LoadTally> classes, int eventsLost)
    {
        foreach (var tally in classes)
        {
            if (tally.Wrong > 0 || tally.Duplicates > 0 || tally.Failed > 0)
                yield return $"{mode}: {tally}";
            // Only a program whose start is caught by somebody else's migration may be: nothing in the guest tells of it.
            if (tally.Unknown > 0 && (mode == MigrateOptions.Driven || tally.Name != MigrationLoad.Program))
                yield return $"{mode}: {tally.Unknown} {tally.Name} are Unknown";
            if (tally.Right == 0)
                yield return $"{mode}: no {tally.Name} succeeded: nothing was measured";
        }
        if (eventsLost > 0)
            yield return $"{mode}: {eventsLost} events were lost";
    }
}
