using Orchestrator.EndToEnd.Tests.Serving;
using Xunit.Abstractions;

namespace Orchestrator.EndToEnd.Tests.Migration;

/// <summary>One real guest that is migrated from a node of a cluster to another.</summary>
public sealed class NodeToNodeTests(TwoNodes fleet, ITestOutputHelper output) : IClassFixture<TwoNodes>
{
    private const int Rounds = 6;

    [Fact]
    public async Task VM_goes_over_to_the_node_of_its_destination_and_stays_what_it_was()
    {
        (await fleet.Home.Api.ShellAsync(TwoNodes.Name, "echo before > /tmp/mark")).Succeeds();
        var from = fleet.Home;

        await MigrateAsync();

        await fleet.IsOnAsync(fleet.Home);
        Assert.NotEqual(from, fleet.Home);
        foreach (var node in fleet.Lab.Nodes)
            Assert.Equal("before\n", (await node.Api.ShellAsync(TwoNodes.Name, "cat /tmp/mark")).Succeeds().Stdout());
    }

    [Fact]
    public async Task Migrations_to_and_fro_under_load_cost_no_answer_no_event_and_repeat_nothing()
    {
        await using var events = await fleet.Other.Api.OpenAsync("/v1/events");
        var load = await MigrationLoad.StartAsync(fleet.Other.Api, TwoNodes.Name);

        for (var round = 0; round < Rounds; round++)
            await MigrateAsync();

        var wrong = await load.StopAsync();
        output.WriteLine(load.Counts);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Take(20)));
        Assert.True(load.Count("read") >= 1 && load.Count("exec Succeeded") >= Rounds && load.Count("guest-ping Succeeded") >= Rounds, load.Counts);
        await fleet.IsOnAsync(fleet.Home);
        await AssertEventsAsync(events);
    }

    private async Task MigrateAsync()
    {
        var destination = await fleet.PrepareAsync();
        await MigrationDriver.MigrateAsync(fleet.Owner, destination);
        await fleet.MovedAsync(destination);
    }

    /// <summary>Of each migration its stop, its move and its resumption, and none of a loss.</summary>
    private static async Task AssertEventsAsync(ApiStream events)
    {
        var names = new List<string>();
        for (var resumed = 0; resumed < Rounds;)
        {
            var next = await events.NextAsync() ?? throw new EndOfStreamException();
            if (!next.Is("subject", TwoNodes.Name))
                continue;
            var name = next.GetProperty("data").Text("event")!;
            names.Add(name == "VM_MIGRATION_CHANGED" ? name + " " + next.GetProperty("data").GetProperty("data").Text("phase") : name);
            resumed += name == "RESUME" ? 1 : 0;
        }
        string[] told = ["STOP", "RESUME", "VM_MIGRATION_CHANGED completed"];
        Assert.Equal(Enumerable.Repeat<string[]>(["STOP", "VM_MIGRATION_CHANGED completed", "RESUME"], Rounds).SelectMany(round => round), names.Where(told.Contains));
        Assert.DoesNotContain(names, name => name is "GUEST_AGENT_LOST" or "GUEST_AGENT_RESTARTED" or "SHUTDOWN" or "GUEST_STARTUP");
    }
}
