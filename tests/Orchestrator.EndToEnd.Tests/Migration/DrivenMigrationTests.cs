using System.Net;
using Orchestrator.EndToEnd.Tests.Serving;
using static Orchestrator.EndToEnd.Tests.Migration.MigratableFixture;

namespace Orchestrator.EndToEnd.Tests.Migration;

/// <summary>Migrations that the product drives, of real guests between real QEMUs.</summary>
public sealed class DrivenMigrationTests(MigratableFixture vms) : IClassFixture<MigratableFixture>
{
    /// <summary>Writes more of its memory, and no zeros, than can be copied meanwhile.</summary>
    private const string Busy = "head -c 8000000 /dev/urandom > /tmp/seed; (while :; do cat /tmp/seed > /tmp/fill; done) > /dev/null 2>&1 &";

    private const string Slow = ""","maxBandwidth":2000000""";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Guest_runs_on_at_the_destination_with_its_memory_and_the_source_is_gone()
    {
        var source = await vms.SourceAsync();
        var destination = await vms.DestinationAsync(source);
        (await vms.Api.ShellAsync(source.Options.Name, "echo here > /tmp/word")).Succeeds();
        var settings = await SettingsAsync(destination);

        var outcome = await vms.MigrateAsync(source);

        var result = outcome.Result();
        Assert.Contains(destination.Options.Name, result.Text("destination"));
        Assert.True(result.GetProperty("drained").GetBoolean());
        Assert.True(result.GetProperty("downtimeMs").GetDouble() > 0);
        Assert.True(result.GetProperty("transferredBytes").GetInt64() > 1_000_000);
        await source.Process.ExitedAsync(Limit);
        Assert.True((await AskAsync(destination, "query-status")).Is("status", "running"));
        Assert.Equal(settings, await SettingsAsync(destination));
        await vms.Server.ReadyAsync(source.Options.Name);
        Assert.Equal("here\n", (await vms.Api.ShellAsync(source.Options.Name, "cat /tmp/word")).Succeeds().Stdout());
    }

    [Fact]
    public async Task Cancelled_while_it_copies_everything_is_as_it_was()
    {
        var source = await vms.SourceAsync();
        await vms.DestinationAsync(source);
        var settings = await SettingsAsync(source);
        var job = await vms.BeginAsync(source, Slow);
        var migration = await vms.ReachesAsync(job, "Copying");

        Assert.Equal(HttpStatusCode.OK, (await vms.Api.PostAsync($"/v1/jobs/{job}:cancel")).Status);

        (await vms.OutcomeAsync(job)).Ends("Cancelled", effect: "None");
        await vms.GoesOnAsync(source, settings);
        var ended = (await vms.Api.GetAsync($"/v1/migrations/{migration.Text("id")}")).Body;
        Assert.Equal(("Ended", "Cancelled"), (ended.Text("phase"), ended.Text("outcome")));
    }

    [Fact]
    public async Task Destination_that_is_killed_meanwhile_gives_the_guest_back()
    {
        var source = await vms.SourceAsync();
        var destination = await vms.DestinationAsync(source);
        var settings = await SettingsAsync(source);
        var job = await vms.BeginAsync(source, Slow);
        await vms.ReachesAsync(job, "Copying");

        await destination.KillAsync();

        (await vms.OutcomeAsync(job)).Ends("Failed", "MigrationFailed", "None");
        await vms.GoesOnAsync(source, settings);
    }

    [Fact]
    public async Task Deadline_gives_the_guest_back()
    {
        var source = await vms.SourceAsync();
        await vms.DestinationAsync(source);
        var settings = await SettingsAsync(source);

        (await vms.MigrateAsync(source, Slow, ""","timeoutMs":3000""")).Ends("Failed", "MigrationNotConverged", "None");

        await vms.GoesOnAsync(source, settings);
    }

    [Fact]
    public async Task Address_that_the_destination_does_not_take_changes_nothing()
    {
        var source = await vms.SourceAsync();
        var destination = await vms.DestinationAsync(source);
        var (settings, other) = (await SettingsAsync(source), await SettingsAsync(destination));

        var outcome = await vms.MigrateAsync(source, ""","uri":"unix:/nonexistent/migration.sock","multifd":4,"autoConverge":true""");

        outcome.Ends("Refused", "QmpError", "None");
        Assert.Contains("the destination does not take migrate-incoming", outcome.Text("message"));
        await vms.GoesOnAsync(source, settings);
        Assert.Equal(other, await SettingsAsync(destination));
    }

    [Fact]
    public async Task Several_connections_are_set_on_both_sides()
    {
        var source = await vms.SourceAsync();
        var destination = await vms.DestinationAsync(source);
        (await vms.MigrateAsync(source, ""","multifd":3,"autoConverge":true,"downtimeMs":500,"keepSource":true""")).Succeeds();

        Assert.True((await AskAsync(destination, "query-status")).Is("status", "running"));
        Assert.True((await AskAsync(source, "query-status")).Is("status", "postmigrate"));
    }

    [Fact]
    public async Task Guest_runs_on_at_the_destination_while_it_fetches_its_memory()
    {
        var source = await vms.SourceAsync();
        var destination = await vms.DestinationAsync(source);
        (await vms.Api.ShellAsync(source.Options.Name, Busy)).Succeeds();
        await using var monitor = await RawPeer.NegotiateAsync(source.TestMonitorPath);
        await monitor.AskAsync("""{"execute":"migrate-set-capabilities","arguments":{"capabilities":[{"capability":"events","state":true}]}}""");

        (await vms.MigrateAsync(source, ""","postCopy":true,"keepSource":true,"maxBandwidth":30000000""")).Succeeds();

        var stages = new List<string>();
        while (stages.LastOrDefault() != "completed")
            stages.Add((await monitor.EventAsync("MIGRATION")).Text("status")!);
        Assert.Equal(["setup", "active", "pre-switchover", "postcopy-active", "completed"], stages);
        Assert.True((await AskAsync(destination, "query-status")).Is("status", "running"));
    }

    [Fact]
    public async Task VM_without_a_destination_is_not_touched()
    {
        var source = await vms.SourceAsync();
        var settings = await SettingsAsync(source);

        (await vms.MigrateAsync(source)).Ends("Undelivered", "NoDestination", "None");

        await vms.GoesOnAsync(source, settings);
    }

    [Fact]
    public async Task Frozen_VM_is_refused_or_thawed_first()
    {
        var source = await vms.SourceAsync(withDisk: true);
        (await vms.Api.AgentAsync(source.Options.Name, "guest-fsfreeze-freeze")).Succeeds();
        await vms.DestinationAsync(source);

        (await vms.MigrateAsync(source)).Ends("Refused", "AgentFrozen", "None");
        (await vms.MigrateAsync(source, "", ""","conditions":{"frozen":"force"}""")).Succeeds();

        await vms.Server.ReadyAsync(source.Options.Name);
        (await vms.Api.ShellAsync(source.Options.Name, "echo thawed > /mnt/data/word && sync")).Succeeds();
    }
}
