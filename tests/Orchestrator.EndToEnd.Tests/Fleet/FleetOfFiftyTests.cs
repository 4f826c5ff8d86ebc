using System.Text.Json;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit.Processes;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.Fleet;

/// <summary>
/// The promise to operators: one command to 50 VMs of which three are silent, each in its own way, answers 47 and names three reasons. Nothing
/// else runs beside it, because its deadline is real.
/// </summary>
[Collection(Name)]
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class FleetOfFiftyTests
{
    private const string Name = "fleet of fifty";
    private const int Guests = 4;
    private const int Size = 50;
    private const int DeadlineMs = 2_000;

    [Fact]
    public async Task Silent_vms_cost_the_others_nothing_and_come_back_as_if_nothing_had_been()
    {
        await using var directory = new RealVmDirectory();
        var vms = await Task.WhenAll(Enumerable.Range(1, Guests).Select(number => directory.AddVmAsync(new() { Name = $"vm-{number}" })));
        var peers = await directory.AddPeersAsync(Size - Guests);
        await using var server = await OrchestratorServer.StartAsync("--vm-dir", directory.Path);
        string[] names = [.. vms.Select(vm => vm.Options.Name), .. peers.Select(peer => peer.Name)];
        await Task.WhenAll(names.Select(server.ReadyAsync));

        var (stopped, paused, silent) = (vms[0], vms[1], peers[0]);
        (await server.Api.QmpAsync(paused.Options.Name, "stop")).Succeeds();
        stopped.Suspend();
        silent.Agent.Process.Send(Signal.Stop);

        var first = await RunAsync(server);
        Assert.Equal(Size, first.Outcomes.Count);
        var answered = first.Outcomes.Values.Where(outcome => outcome.Is("phase", "Succeeded")).ToArray();
        Assert.True(answered.Length == Size - 3, string.Join('\n', first.Outcomes.Values.Where(outcome => !outcome.Is("phase", "Succeeded"))));
        Assert.All(answered, outcome => Assert.InRange(outcome.GetProperty("elapsedMs").GetDouble(), 0, DeadlineMs));
        Assert.All(answered, outcome => Assert.NotEqual("", outcome.GetProperty("result").Text("id")));
        first.Outcomes[stopped.Options.Name].Ends("Unknown", "QemuUnresponsive", "None");
        first.Outcomes[paused.Options.Name].Ends("Undelivered", "VmPaused", "None");
        first.Outcomes[silent.Name].Ends("Unknown", "AgentUnresponsive", "None");
        Assert.Equal("Partial", first.Job.Text("phase"));
        Assert.Equal(["AgentUnresponsive", "QemuUnresponsive", "VmPaused"], first.Job.GetProperty("reasons").EnumerateObject().Select(reason => reason.Name).Order());

        // What is known to be silent is not waited for again.
        var second = await RunAsync(server);
        second.Outcomes[stopped.Options.Name].Ends("Undelivered", "QemuUnresponsive", "None");
        second.Outcomes[silent.Name].Ends("Undelivered", "AgentUnresponsive", "None");

        stopped.Continue();
        silent.Agent.Process.Send(Signal.Continue);
        (await server.Api.QmpAsync(paused.Options.Name, "cont")).Succeeds();
        await Task.WhenAll(names.Select(server.ReadyAsync));

        var third = await RunAsync(server);
        Assert.Equal("Succeeded", third.Job.Text("phase"));
        Assert.Equal(Size, third.Job.GetProperty("counts").Number("Succeeded"));
        Assert.Equal(first.Answer(vms[2].Options.Name), third.Answer(vms[2].Options.Name));
        Assert.All((await server.Api.GetAsync("/v1/vms")).Items(), vm => Assert.Equal(1, vm.Number("incarnation")));

        var table = await server.CliAsync("ga", "-t", "*", "guest-ping");
        Assert.True(table.ExitCode == 0, table.Error);
        Assert.Contains("50 ok of 50", table.Error);
    }

    private static async Task<FleetJob> RunAsync(OrchestratorServer server)
    {
        var run = await server.CliAsync("ga", "-t", "*", "guest-get-osinfo", "--timeout", $"{DeadlineMs}ms", "-o", "ndjson");
        var outcomes = run.Lines.Select(line => JsonElement.Parse(line));
        var jobs = await server.Api.GetAsync("/v1/jobs");
        return new FleetJob(jobs.Items()[0], outcomes.ToDictionary(outcome => outcome.Text("name")!));
    }

    private sealed record FleetJob(JsonElement Job, Dictionary<string, JsonElement> Outcomes)
    {
        public string Answer(string name) => Outcomes[name].GetProperty("result").GetRawText();
    }
}
