using System.Text.Json;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit.Migration;

namespace Orchestrator.EndToEnd.Tests.Migration;

/// <summary>Migrations of a real guest that end otherwise than they should, or catch what is under way.</summary>
public sealed class InterruptedMigrationTests(MigratingGuest guest) : IClassFixture<MigratingGuest>
{
    private const string Name = MigratingGuest.Name;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Cancelled_migration_leaves_the_guest_and_its_sessions_where_they_were()
    {
        var destination = await guest.PrepareAsync();
        await using var monitor = await RawPeer.NegotiateAsync(guest.Owner.TestMonitorPath);
        await MigratingGuest.BeginSlowlyAsync(monitor, destination);
        (await guest.Api.ShellAsync(Name, "true")).Succeeds();
        await guest.Server.VmAsync(Name, vm => vm.GetProperty("migration").Is("phase", "Copying"), "is copied");

        await MigrationDriver.CommandAsync(monitor, """{"execute":"migrate_cancel"}""");

        await MigrationDriver.StatusAsync(monitor, "cancelled");
        await guest.Server.VmAsync(Name, vm => !vm.TryGetProperty("migration", out _), "has no migration any more");
        await guest.IsAtAsync(guest.Owner);
        (await guest.Api.ShellAsync(Name, "true")).Succeeds();
        await destination.DisposeAsync();
    }

    [Fact]
    public async Task Killed_destination_leaves_the_guest_where_it_was()
    {
        var destination = await guest.PrepareAsync();
        await using var monitor = await RawPeer.NegotiateAsync(guest.Owner.TestMonitorPath);
        await MigratingGuest.BeginSlowlyAsync(monitor, destination);
        var program = guest.Api.ShellAsync(Name, "sleep 2; echo through");

        await destination.KillAsync();

        await MigrationDriver.StatusAsync(monitor, "failed");
        await guest.Server.VmAsync(Name, vm => !vm.TryGetProperty("migration", out _), "has no migration any more");
        Assert.Equal("through\n", (await program).Succeeds().Stdout());
        await guest.IsAtAsync(guest.Owner);
        await destination.DisposeAsync();
    }

    [Fact]
    public async Task Source_that_is_killed_as_soon_as_the_guest_has_left_costs_no_program_and_no_file()
    {
        var handle = (await guest.Api.AgentAsync(Name, "guest-file-open", """{"path":"/etc/hostname"}""")).Result().GetInt64();
        var destination = await guest.PrepareAsync();
        var program = guest.Api.ShellAsync(Name, "sleep 2; echo through; exit 4");

        await MigrationDriver.MigrateAsync(guest.Owner, destination);
        await guest.Owner.KillAsync();

        Assert.Equal("through\n", (await program).Ends("Failed", "ExitNonZero", "Applied").Stdout());
        await guest.IsAtAsync(destination);
        var read = (await guest.Api.AgentAsync(Name, "guest-file-read", $$"""{"handle":{{handle}}}""")).Result();
        Assert.Equal($"{Name}\n", System.Text.Encoding.UTF8.GetString(read.GetProperty("buf-b64").GetBytesFromBase64()));
        await guest.Owner.DisposeAsync();
        guest.Owner = destination;
        (await guest.Api.AgentAsync(Name, "guest-ping")).Succeeds();
    }

    [Fact]
    public async Task Source_that_is_left_takes_no_cont_and_ends_without_a_word()
    {
        var (source, destination) = (guest.Owner, await guest.PrepareAsync());
        await using var events = await guest.Api.OpenAsync("/v1/events");

        await MigrationDriver.MigrateAsync(source, destination);
        guest.Owner = destination;
        await guest.IsAtAsync(destination);
        (await guest.Api.QmpAsync(Name, "cont")).Succeeds();
        await using var left = await RawPeer.NegotiateAsync(source.TestMonitorPath);
        Assert.Equal("postmigrate", await MigrationDriver.RunStateAsync(left));
        await left.SendAsync("""{"execute":"quit"}""");
        await source.Process.ExitedAsync(Limit);
        await source.DisposeAsync();

        await guest.Server.VmAsync(Name, vm => !vm.TryGetProperty("migration", out _), "has no source any more");
        (await guest.Api.ShellAsync(Name, "echo last > /dev/null")).Succeeds();
        var names = new List<string>();
        do
            names.Add((await events.NextAsync(item => item.Is("subject", Name))).GetProperty("data").Text("event")!);
        while (names[^1] != "GUEST_EXEC_COMPLETED");
        Assert.DoesNotContain(names, name => name is "SHUTDOWN" or "GUEST_AGENT_LOST" or "GUEST_AGENT_RESTARTED" or "GUEST_SHUTDOWN");
    }

    [Fact]
    public async Task Long_answer_that_is_caught_by_the_switchover_comes_whole_or_not_at_all()
    {
        (await guest.Api.ShellAsync(Name, "seq 1 700000 | head -c 4194304 > /tmp/long")).Succeeds();
        var handle = (await guest.Api.AgentAsync(Name, "guest-file-open", """{"path":"/tmp/long"}""")).Result().GetInt64();
        var destination = await guest.PrepareAsync();

        var migrating = MigrationDriver.MigrateAsync(guest.Owner, destination);
        var outcomes = new List<JsonElement>();
        while (!migrating.IsCompleted)
        {
            await guest.Api.AgentAsync(Name, "guest-file-seek", $$"""{"handle":{{handle}},"offset":0,"whence":"set"}""");
            outcomes.Add(await guest.Api.AgentAsync(Name, "guest-file-read", $$"""{"handle":{{handle}},"count":4194304}"""));
        }
        await migrating;
        await guest.Owner.DisposeAsync();
        guest.Owner = destination;

        Assert.NotEmpty(outcomes);
        foreach (var outcome in outcomes)
        {
            if (outcome.Is("phase", "Succeeded"))
                AssertWhole(outcome.GetProperty("result"));
            else
                outcome.Ends("Unknown", "ReplyLost");
        }
        await guest.IsAtAsync(destination);
        (await guest.Api.AgentAsync(Name, "guest-file-seek", $$"""{"handle":{{handle}},"offset":0,"whence":"set"}""")).Succeeds();
        AssertWhole((await guest.Api.AgentAsync(Name, "guest-file-read", $$"""{"handle":{{handle}},"count":4194304}""")).Result());
    }

    /// <summary>The file's contents follow from their place, so that any stitching shows.</summary>
    private static void AssertWhole(JsonElement read)
    {
        var text = System.Text.Encoding.ASCII.GetString(read.GetProperty("buf-b64").GetBytesFromBase64());
        Assert.Equal(4194304, text.Length);
        Assert.Equal(string.Concat(Enumerable.Range(1, 700000).Select(number => $"{number}\n"))[..4194304], text);
    }
}
