using System.Diagnostics;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Migration;
using Orchestrator.TestKit.RealVms;
using Xunit.Abstractions;

namespace Orchestrator.EndToEnd.Tests.Migration;

/// <summary>One real guest that is migrated to and fro, by somebody else or by the server, while it is used by its name: its callers notice nothing.</summary>
public sealed class PingPongTests(ITestOutputHelper output)
{
    private const int Rounds = 10;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Fact]
    public Task Ten_migrations_under_load_cost_no_answer_no_event_and_repeat_nothing() => PingPongAsync((_, owner, destination) => MigrationDriver.MigrateAsync(owner, destination), mayBeUnknown: true);

    [Fact]
    public Task Ten_driven_migrations_under_load_leave_no_outcome_unknown() => PingPongAsync(DriveAsync, mayBeUnknown: false);

    private async Task DriveAsync(OrchestratorServer server, RealVm owner, RealVm destination)
    {
        var host = (await server.Api.GetAsync("/v1/vms/a")).Body.Text("host");
        var job = await server.Api.PostAsync("/v1/jobs", $$$"""{"target":"a","migrate":{"to":"{{{host}}}","uri":"{{{destination.IncomingUri}}}","keepSource":true,"downtimeMs":2000}}""");
        Assert.True(job.Status == System.Net.HttpStatusCode.Accepted, job.Text);
        var id = job.Body.Text("id")!;
        await Eventually.TrueAsync(async () => (await server.Api.GetAsync($"/v1/jobs/{id}")).Body.TryGetProperty("endedAt", out _), Limit, "the job has ended");
        var outcome = Assert.Single((await server.Api.GetAsync($"/v1/jobs/{id}/invocations")).Items());
        output.WriteLine($"{outcome.Result()}");
    }

    private async Task PingPongAsync(Func<OrchestratorServer, RealVm, RealVm, Task> migrate, bool mayBeUnknown)
    {
        await using var directory = new RealVmDirectory();
        var owner = await directory.AddVmAsync(new() { Name = "a" });
        await owner.BootedAsync(Limit);
        await using var server = await OrchestratorServer.StartAsync("--vm-dir", directory.Path);
        var uuid = (await server.ReadyAsync("a")).Text("id");
        await using var events = await server.Api.OpenAsync("/v1/events");
        await using var load = await MigrationLoad.StartAsync(server.SocketPath, "a");
        var clock = Stopwatch.StartNew();

        for (var round = 0; round < Rounds; round++)
        {
            var destination = await directory.AddDestinationAsync(owner, round % 2 == 0 ? "b" : "a");
            await server.VmAsync("a", vm => vm.TryGetProperty("migration", out var migration) && migration.Is("phase", "Prepared") && migration.Is("destination", destination.Options.Name), "has a destination");
            await migrate(server, owner, destination);
            await server.VmAsync("a", vm => vm.TryGetProperty("migration", out var migration) && migration.Is("phase", "Completed") && migration.Is("destination", destination.Options.Name), "is at the destination");
            await owner.KillAsync();
            owner = destination;
            output.WriteLine($"round {round}: {clock.Elapsed.TotalSeconds:0.0} s");
        }

        var wrong = await load.StopAsync();
        output.WriteLine(load.Counts);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Take(20)));
        Assert.True(mayBeUnknown || load.Of(MigrationLoad.Program).Unknown == 0, load.Counts);
        Assert.True(load.Of(MigrationLoad.Read).Right >= 1 && load.Of(MigrationLoad.Program).Right >= Rounds && load.Of(MigrationLoad.Ping).Right >= Rounds, load.Counts);
        var vm = Assert.Single((await server.Api.GetAsync("/v1/vms")).Items());
        Assert.Equal(("a", uuid, 1), (vm.Text("name"), vm.Text("id"), vm.Number("incarnation")));
        await AssertEventsAsync(events);
    }

    /// <summary>In the order of the log, with no number left out: of each migration its stop, its move and its resumption, and none of a loss.</summary>
    private static async Task AssertEventsAsync(ApiStream events)
    {
        var names = new List<string>();
        for (var resumed = 0; resumed < Rounds;)
        {
            var next = await events.NextAsync() ?? throw new EndOfStreamException();
            Assert.Equal("a", next.Text("subject"));
            var name = next.GetProperty("data").Text("event")!;
            names.Add(name == "VM_MIGRATION_CHANGED" ? name + " " + next.GetProperty("data").GetProperty("data").Text("phase") : name);
            resumed += name == "RESUME" ? 1 : 0;
        }
        string[] told = ["STOP", "RESUME", "VM_MIGRATION_CHANGED completed"];
        Assert.Equal(Enumerable.Repeat<string[]>(["STOP", "VM_MIGRATION_CHANGED completed", "RESUME"], Rounds).SelectMany(round => round), names.Where(told.Contains));
        Assert.DoesNotContain(names, name => name is "GUEST_AGENT_LOST" or "GUEST_AGENT_RESTARTED" or "SHUTDOWN" or "GUEST_STARTUP");
    }
}
