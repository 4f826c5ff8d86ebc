using System.Net;
using System.Text.Json;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.Fleet;

/// <summary>
/// The promise of durable jobs: a command that must not run twice, to a thousand real agents, with the node killed three times in the middle. What
/// the programs left behind on disk is the judge of what the job says.
/// </summary>
[Collection(Name)]
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class KilledNodeTests
{
    private const string Name = "killed node";
    private const int Size = 1_000;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Job_of_a_thousand_goes_on_after_each_kill_and_nothing_runs_twice()
    {
        await using var directory = new RealVmDirectory();
        await directory.AddPeersAsync(Size);
        await using var server = await OrchestratorServer.StartAsync("--vm-dir", directory.Path);
        await Eventually.TrueAsync(async () => (await server.Api.GetAsync("/v1/vms")).Items().Count(OrchestratorServer.IsReady) == Size, Limit, "all are ready");
        var markers = Path.Combine(server.Directory, "ran");

        var job = await SubmitAsync(server, markers);
        foreach (var done in new[] { Size / 5, Size / 2, Size * 4 / 5 })
        {
            await DoneAsync(server, job, done);
            await server.KillAndRestartAsync();
        }
        await DoneAsync(server, job, Size);

        Hold(await OutcomesAsync(server, job), MarkersOf(markers));
    }

    /// <summary>Each program notes which agent ran it: its own parent, by the socket in its arguments. One line is one write.</summary>
    private static async Task<string> SubmitAsync(OrchestratorServer server, string markers)
    {
        var script = $"ran=$(tr '\\0' ' ' < /proc/$PPID/cmdline); echo \"$ran\" >> {markers}";
        var body = JsonSerializer.Serialize(new { target = "*", run = new { argv = (string[])["/bin/sh", "-c", script] }, timeoutMs = 60_000, rate = 250 });
        var answer = await server.Api.PostAsync("/v1/jobs", body);
        Assert.True(answer.Status == HttpStatusCode.Accepted, answer.Text);
        return answer.Body.Text("id")!;
    }

    private static async Task DoneAsync(OrchestratorServer server, string job, int least)
    {
        var last = default(JsonElement);
        await Eventually.TrueAsync(
            async () =>
            {
                server.Process.ThrowIfExited();
                last = (await server.Api.GetAsync($"/v1/jobs/{job}")).Body;
                return last.GetProperty("counts").EnumerateObject().Sum(count => count.Value.GetInt32()) >= least;
            },
            Limit,
            $"{least} outcomes are there");
    }

    private static async Task<Dictionary<string, JsonElement>> OutcomesAsync(OrchestratorServer server, string job)
    {
        var outcomes = await server.Api.AllOutcomesAsync(job);
        Assert.Equal(Size, outcomes.Length);
        return outcomes.ToDictionary(outcome => outcome.Text("name")!);
    }

    /// <summary>A program whose agent died meanwhile finds no name: an agent may, when its client is killed with answers unread. What it did is Unknown.</summary>
    private static ILookup<string, string> MarkersOf(string path) =>
        File.ReadAllLines(path).Select(line => line.Split('/').FirstOrDefault(part => part.StartsWith("peer-", StringComparison.Ordinal))).OfType<string>().ToLookup(peer => peer);

    private static void Hold(Dictionary<string, JsonElement> outcomes, ILookup<string, string> markers)
    {
        Assert.All(markers, vm => Assert.True(vm.Count() == 1, $"{vm.Key} ran {vm.Count()} times: {outcomes[vm.Key]}"));
        foreach (var (name, outcome) in outcomes)
        {
            // Whoever says that it ran or not must be right; whoever does not know must say so.
            if (outcome.Is("effect", "Applied"))
                Assert.True(markers.Contains(name), $"it never ran: {outcome}");
            else if (outcome.Is("effect", "None"))
                Assert.False(markers.Contains(name), $"it ran: {outcome}");
            else
                outcome.Ends("Unknown", effect: "Unknown");
        }
        var ends = outcomes.Values.CountBy(outcome => $"{outcome.Text("phase")} {outcome.Text("reason")}").ToDictionary();
        // Nobody asked for a halt.
        Assert.DoesNotContain(outcomes.Values, outcome => outcome.Is("phase", "Skipped"));
        Assert.True(ends["Succeeded "] >= Size / 2, string.Join(", ", ends));
    }
}
