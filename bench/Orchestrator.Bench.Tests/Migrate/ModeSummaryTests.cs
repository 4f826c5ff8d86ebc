using System.Text.Json;
using Orchestrator.Bench.Fleet.Results;
using Orchestrator.Bench.Migrate;
using Orchestrator.Bench.Migrate.Results;
using Orchestrator.TestKit.Migration;

namespace Orchestrator.Bench.Tests.Migrate;

public class ModeSummaryTests
{
    private static readonly LoadTally[] Right = [new(MigrationLoad.Ping, 5, 5), new(MigrationLoad.Program, 3, 3), new(MigrationLoad.Read, 1, 1)];

    private static readonly MigrationSample[] Samples =
    [
        MigrationSample.Of(500, 90, JsonElement.Parse("""{"downtimeMs":12,"drained":true}""")),
        MigrationSample.Of(700, 110.06, JsonElement.Parse("""{"downtimeMs":90,"drained":false}""")),
    ];

    [Fact]
    public void A_run_without_a_fault_breaks_no_promise()
    {
        var summary = Summary(MigrateOptions.Driven, Right);

        Assert.Empty(summary.Broken);
        Assert.Equal((2, 1, 600.0, 110.1, 51.0), (summary.Migrations, summary.Undrained, summary.Took.Median, summary.Blackout.Max, summary.Downtime!.Median));
    }

    [Fact]
    public void Nobody_tells_the_downtime_of_a_followed_migration()
    {
        var summary = ModeSummary.Of(MigrateOptions.Followed, [MigrationSample.Of(1, 2, null)], [1], Right, [], 0);
        Assert.Equal((null, 0), (summary.Downtime, summary.Undrained));
    }

    [Theory]
    [InlineData(MigrateOptions.Driven, 1)]
    [InlineData(MigrateOptions.Followed, 0)]
    public void A_program_may_be_unknown_where_the_node_only_follows(string mode, int broken) =>
        Assert.Equal(broken, Summary(mode, With(new(MigrationLoad.Program, 4, 3, Unknown: 1))).Broken.Count);

    [Theory]
    [InlineData(MigrateOptions.Driven)]
    [InlineData(MigrateOptions.Followed)]
    public void A_short_command_must_not_be_unknown(string mode) =>
        Assert.Contains("1 guest-ping are Unknown", Assert.Single(Summary(mode, With(new(MigrationLoad.Ping, 6, 5, Unknown: 1))).Broken));

    [Fact]
    public void Wrong_answers_duplicates_other_ends_and_lost_events_are_broken_promises()
    {
        foreach (var tally in (LoadTally[])[new(MigrationLoad.Read, 2, 1, Wrong: 1), new(MigrationLoad.Program, 2, 2, Duplicates: 1), new(MigrationLoad.Ping, 2, 1, Failed: 1)])
            Assert.Contains(tally.Name, Assert.Single(Summary(MigrateOptions.Followed, With(tally)).Broken));
        Assert.Contains("2 events", Assert.Single(ModeSummary.Of(MigrateOptions.Driven, Samples, [40], Right, [], 2).Broken));
        Assert.Contains("the program 7", Assert.Single(ModeSummary.Of(MigrateOptions.Driven, Samples, [40], Right, ["the program 7 ran 2 times"], 0).Broken));
    }

    [Fact]
    public void A_load_that_did_nothing_proves_nothing() => Assert.Contains("nothing was measured", Assert.Single(Summary(MigrateOptions.Driven, With(new(MigrationLoad.Read))).Broken));

    [Fact]
    public void The_page_has_each_class_in_each_mode_and_what_was_broken()
    {
        var modes = new[] { ModeSummary.Of(MigrateOptions.Followed, [MigrationSample.Of(1, 2, null)], [1], Right, [], 0), Summary(MigrateOptions.Driven, With(new(MigrationLoad.Read, 2, 1, Wrong: 1))) };
        var page = MigratePage.Of(Report(nodes: 1, modes));

        Assert.Contains("| followed | guest-ping | 5 | 5 | 0 | 0 | 0 | 0 |", page);
        Assert.Contains("| driven | 2 | 1 | 0 | 100 | **110** | 110 | 40 | 600 | 698 | 51 | 89 |", page);
        Assert.Contains("**Broken:** driven: 8 MiB file read: 2 sent, 1 right, 1 wrong", page);
    }

    [Theory]
    [InlineData(1, "2026-01-01-migrate-2", "between two QEMUs of one VmHost, 128 MiB")]
    [InlineData(2, "2026-01-01-migrate-2-nodes-2", "between the QEMUs of 2 nodes of a cluster, used at the one that has not the guest at the beginning, 128 MiB")]
    public void The_page_and_its_name_say_between_what_the_guest_went(int nodes, string name, string way)
    {
        var report = Report(nodes, [Summary(MigrateOptions.Driven, Right)]);

        Assert.Equal(name, report.FileName());
        Assert.Contains(way, MigratePage.Of(report));
    }

    [Fact]
    public void A_report_says_what_the_options_say()
    {
        var report = MigrateReport.Of(new MigrateOptions { Migrations = 7, Nodes = 2, MemoryMiB = 96, Subscribers = 3 }, Report(1, []).Machine, []);

        Assert.Equal((7, 2, 96, 3), (report.Migrations, report.Nodes, report.MemoryMiB, report.Subscribers));
    }

    private static MigrateReport Report(int nodes, IReadOnlyList<ModeSummary> modes) => new("2026-01-01", new Machine("CPU", 2, 4, "6.1", ".NET", 0.1), 2, nodes, 128, 2, modes);

    private static ModeSummary Summary(string mode, IReadOnlyList<LoadTally> classes) => ModeSummary.Of(mode, Samples, [40], classes, [], 0);

    private static LoadTally[] With(LoadTally changed) => [.. Right.Select(tally => tally.Name == changed.Name ? changed : tally)];
}
