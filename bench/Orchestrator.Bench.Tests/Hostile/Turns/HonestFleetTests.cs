using Orchestrator.Bench.Fleet.Clients.Server;
using Orchestrator.Bench.Hostile;
using Orchestrator.Bench.Hostile.Turns;
using Orchestrator.Bench.Tests.Fleet.Clients;

namespace Orchestrator.Bench.Tests.Hostile.Turns;

public sealed class HonestFleetTests : IAsyncDisposable
{
    private static readonly (string, string) Success = ("200 OK", """{"phase":"Succeeded"}""");
    private readonly ScriptedServer _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_round_is_a_job_and_then_calls_to_one_vm_after_the_other()
    {
        var (latencies, requests) = await RunAsync(calls: 3, Job("Succeeded", "Succeeded"), Success, Success, Success);

        Assert.Equal((2, 1, 3), (latencies.Outcomes.Count, latencies.Jobs.Count, latencies.Calls.Count));
        Assert.Equal([0.25, 0.25], latencies.Outcomes);
        Assert.Equal(
            ["POST /v1/jobs", "POST /v1/vms/vm0001/agent/guest-ping?timeoutMs=30000", "POST /v1/vms/vm0002/agent/guest-ping?timeoutMs=30000", "POST /v1/vms/vm0001/agent/guest-ping?timeoutMs=30000"],
            requests);
    }

    [Fact]
    public async Task An_honest_vm_without_success_in_a_job_ends_the_run()
    {
        var error = await Assert.ThrowsAsync<BenchException>(() => RunAsync(calls: 1, Job("Succeeded", "Unknown")));

        Assert.Contains("2 honest VMs had 2 outcomes, 1 of them Succeeded", error.Message);
    }

    [Fact]
    public async Task An_honest_vm_without_success_in_a_call_ends_the_run()
    {
        var error = await Assert.ThrowsAsync<BenchException>(() => RunAsync(calls: 1, Job("Succeeded", "Succeeded"), ("200 OK", """{"phase":"Undelivered","reason":"VmBusy"}""")));

        Assert.Contains("vm0001 ended as Undelivered VmBusy", error.Message);
    }

    private async Task<(Latencies Latencies, IReadOnlyList<string> Requests)> RunAsync(int calls, params (string, string)[] answers)
    {
        using var api = new ServerApi(_server.Path);
        using var provoked = new ServerApi("/nobody/listens");
        var answering = _server.AnswerAsync(answers);
        var fleet = new HonestFleet(api, new HostileOptions { Agents = 2, Calls = calls });
        var latencies = await fleet.RunAsync(1, new Provoker(provoked, "hostile", releases: true), CancellationToken.None);
        return (latencies, await answering);
    }

    private static (string, string) Job(params IEnumerable<string> phases) =>
        ("200 OK", "{\"job\":{\"phase\":\"Running\"}}\n" + string.Concat(phases.Select(phase => $"{{\"outcome\":{{\"elapsedMs\":0.25,\"phase\":\"{phase}\"}}}}\n")) + "{\"job\":{\"phase\":\"Partial\"}}\n");
}
