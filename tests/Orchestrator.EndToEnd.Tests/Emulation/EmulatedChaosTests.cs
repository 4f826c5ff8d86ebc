using System.Text.Json;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Emulation;

/// <summary>What goes wrong in an emulated fleet is told as what it is, and the same seed gives the same again; over TCP.</summary>
public sealed class EmulatedChaosTests
{
    private const int Size = 40;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Each_trait_has_its_reason()
    {
        await using var emulator = await EmulatorProcess.StartAsync(Size, "--seed", "3", "--chaos", "silent=20%,absent=20%,paused=20%");
        await using var server = await OrchestratorServer.StartAsync("--vm-dir", emulator.Directory);
        await Eventually.TrueAsync(
            async () => (await server.Api.GetAsync("/v1/vms")).Items() is { Length: Size } vms && vms.All(vm => vm.Text("agent") is not ("Connecting" or "Unknown" or null) && vm.TryGetProperty("id", out _)),
            Limit,
            "the state of every agent is known");

        var run = await server.CliAsync("ping", "--all", "--timeout", "2s", "-o", "ndjson");

        var outcomes = run.Lines.Select(line => JsonElement.Parse(line)).ToList();
        Assert.Equal(Size, outcomes.Count);
        var reasons = outcomes.CountBy(outcome => outcome.Text("reason") ?? outcome.Text("phase")!).ToDictionary();
        Assert.Equal(["AgentAbsent", "AgentUnresponsive", "Succeeded", "VmPaused"], reasons.Keys.Order());
        Assert.All(reasons.Values, count => Assert.InRange(count, 2, Size / 2));
    }

    [Fact]
    public async Task Fleet_on_tcp_is_served_by_its_configuration()
    {
        var port = 20_000 + (Environment.ProcessId % 900 * 40);
        await using var emulator = await EmulatorProcess.StartAsync(5, "--tcp", $"127.0.0.1:{port}");
        await using var server = await OrchestratorServer.StartAsync("--config", Path.Combine(emulator.Directory, "vms.yaml"));

        await Task.WhenAll(Enumerable.Range(1, 5).Select(number => server.ReadyAsync($"vm{number:0000}")));
        Assert.Equal("vm0005", (await server.Api.AgentAsync("vm0005", "guest-get-host-name")).Result().Text("host-name"));
    }
}
