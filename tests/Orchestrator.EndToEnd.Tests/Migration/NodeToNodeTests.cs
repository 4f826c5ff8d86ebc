using System.Text;
using System.Text.Json;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Migration;
using Orchestrator.TestKit.RealVms;
using Xunit.Abstractions;

namespace Orchestrator.EndToEnd.Tests.Migration;

/// <summary>One real guest that is migrated from a node of a cluster to another.</summary>
public sealed class NodeToNodeTests(TwoNodes fleet, ITestOutputHelper output) : IClassFixture<TwoNodes>
{
    /// <summary>To and fro; <c>bench migrate --nodes 2</c> does a hundred.</summary>
    private const int Rounds = 10;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Migrations_to_and_fro_under_load_cost_no_answer_no_event_and_repeat_nothing(bool isDriven)
    {
        await using var events = await fleet.Other.Api.OpenAsync("/v1/events");
        await using var load = await MigrationLoad.StartAsync(fleet.Other.Server.SocketPath, TwoNodes.Name);

        for (var round = 0; round < Rounds; round++)
            await MigrateAsync(isDriven);

        var wrong = await load.StopAsync();
        output.WriteLine(load.Counts);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Take(20)));
        Assert.True(!isDriven || load.Of(MigrationLoad.Program).Unknown == 0, $"{load.Counts} {string.Join(' ', load.Unknowns)}");
        Assert.True(load.Of(MigrationLoad.Read).Right >= 1 && load.Of(MigrationLoad.Program).Right >= Rounds && load.Of(MigrationLoad.Ping).Right >= Rounds, load.Counts);
        await fleet.IsOnAsync(fleet.Home);
        await AssertEventsAsync(events);
    }

    [Fact]
    public async Task Evacuation_moves_VM_to_another_node_and_its_programs_files_and_results_go_along()
    {
        var (api, to) = (fleet.Other.Api, fleet.Other);
        var ended = await ExecAsync(api, "echo known");
        await Eventually.TrueAsync(async () => (await StatusAsync(api, ended)).GetProperty("exited").GetBoolean(), Limit, "the first program has ended");
        var running = await ExecAsync(api, "until [ -e /tmp/go ]; do sleep 0.1; done; echo late");
        var file = (await api.AgentAsync(TwoNodes.Name, "guest-file-open", """{"path":"/etc/hostname"}""")).GetProperty("result").GetInt64();
        var destination = await fleet.PrepareAsync();

        var evacuated = await fleet.Other.Server.CliAsync("evacuate", fleet.Home.Name, "--to", to.Name, "--uri", destination.IncomingUri!);
        Assert.True(evacuated.ExitCode == 0, evacuated.Out + evacuated.Error);
        (await api.ShellAsync(TwoNodes.Name, "touch /tmp/go")).Succeeds();
        await fleet.MovedAsync(destination);
        await fleet.IsOnAsync(to);

        Assert.Equal("known\n", Output(await StatusAsync(api, ended)));
        await Eventually.TrueAsync(async () => (await StatusAsync(api, running)).GetProperty("exited").GetBoolean(), Limit, "the program that went along has ended");
        Assert.Equal("late\n", Output(await StatusAsync(api, running)));
        Assert.True((await api.AgentAsync(TwoNodes.Name, "guest-file-read", $$"""{"handle":{{file}}}""")).Is("phase", "Succeeded"));
    }

    private static async Task<long> ExecAsync(ApiClient api, string script) => (await api.AgentAsync(
        TwoNodes.Name, "guest-exec", $$"""{"path":"/bin/sh","arg":["-c",{{JsonSerializer.Serialize(script)}}],"capture-output":true}""")).GetProperty("result").GetProperty("pid").GetInt64();

    private static async Task<JsonElement> StatusAsync(ApiClient api, long pid) => (await api.AgentAsync(TwoNodes.Name, "guest-exec-status", $$"""{"pid":{{pid}}}""")).GetProperty("result");

    private static string Output(JsonElement status) => Encoding.UTF8.GetString(status.GetProperty("out-data").GetBytesFromBase64());

    private async Task MigrateAsync(bool isDriven = false)
    {
        var destination = await fleet.PrepareAsync();
        await (isDriven ? DriveAsync(destination, keepSource: true) : MigrationDriver.MigrateAsync(fleet.Owner, destination));
        await fleet.MovedAsync(destination);
    }

    /// <summary>As a job, which the gateway that does not have the VM is given.</summary>
    private async Task DriveAsync(RealVm destination, bool keepSource)
    {
        var (api, to) = (fleet.Other.Api, fleet.Other.Name);
        var job = await api.PostAsync("/v1/jobs", $$$"""{"target":"{{{TwoNodes.Name}}}","migrate":{"to":"{{{to}}}","uri":"{{{destination.IncomingUri}}}","keepSource":{{{(keepSource ? "true" : "false")}}},"downtimeMs":2000}}""");
        Assert.True(job.Status == System.Net.HttpStatusCode.Accepted, job.Text);
        var id = job.Body.Text("id")!;
        await Eventually.TrueAsync(async () => (await api.GetAsync($"/v1/jobs/{id}")).Body.TryGetProperty("endedAt", out _), Limit, "the job has ended");
        var outcome = Assert.Single((await api.GetAsync($"/v1/jobs/{id}/invocations")).Items());
        Assert.True(outcome.Is("phase", "Succeeded"), outcome.ToString());
        foreach (var node in fleet.Lab.Nodes)
            Assert.Single((await node.Api.GetAsync($"/v1/migrations?job={id}")).Items(), migration => migration.Is("to", to) && migration.Is("phase", "Ended"));
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
