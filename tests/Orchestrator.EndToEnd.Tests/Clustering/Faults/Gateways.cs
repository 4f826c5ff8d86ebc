using System.Text.Json;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Clustering.Faults;

/// <summary>A client of the whole cluster: asks one gateway after the other until one answers, as a client behind a load balancer does.</summary>
internal sealed class Gateways(ClusterLab lab)
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private int _next;

    /// <summary>Tries until a gateway gives the answer that is wanted.</summary>
    /// <param name="ask">May be called again after it was, with whatever outcome.</param>
    /// <param name="isAnswer">Whether it is what is wanted; else the next gateway is asked.</param>
    /// <param name="what">What is asked, for the error.</param>
    public async Task<ApiAnswer> AskAsync(Func<ApiClient, Task<ApiAnswer>> ask, Func<ApiAnswer, bool> isAnswer, string what)
    {
        ApiAnswer? found = null;
        var last = "nothing yet";
        try
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    var node = lab.Nodes[Interlocked.Increment(ref _next) % lab.Nodes.Count];
                    try
                    {
                        var answer = await ask(node.Api).WaitAsync(AnswerLimit, TimeProvider.System);
                        last = $"{node.Name}: {(int)answer.Status} {answer.Text}";
                        found = isAnswer(answer) ? answer : null;
                    }
                    catch (Exception away) when (IsAway(away))
                    {
                        last = $"{node.Name}: {away.Message}";
                    }
                    return found is not null;
                },
                Limit,
                what);
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message} The last answer: {last}", late);
        }
        return found!;
    }

    /// <summary>Whether a request failed because its node is not there, or ended while it answered.</summary>
    public static bool IsAway(Exception failure) => failure is HttpRequestException or TimeoutException or TaskCanceledException or IOException or JsonException;

    /// <summary>Waits until one gateway gives the answer that is wanted; it may be away meanwhile.</summary>
    public static async Task ShowsAsync(ClusterNode node, string path, Func<ApiAnswer, bool> condition, TimeSpan limit, string what)
    {
        var last = "";
        try
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    node.Server.Process.ThrowIfExited();
                    try
                    {
                        var answer = await node.Api.GetAsync(path).WaitAsync(AnswerLimit, TimeProvider.System);
                        last = $"{(int)answer.Status} {answer.Text}";
                        return condition(answer);
                    }
                    catch (Exception away) when (IsAway(away))
                    {
                        last = away.Message;
                        return false;
                    }
                },
                limit,
                $"gateway {node.Name} shows {what}");
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message} It shows: {last}\nIts log: {node.Server.Process.Output}", late);
        }
    }

    /// <summary>Runs a script in a guest, again where a gateway says that its job has just moved; answers what it printed.</summary>
    /// <param name="guest">The VM.</param>
    /// <param name="script">Run twice, it does no more than once.</param>
    public async Task<string> ShellAsync(string guest, string script)
    {
        var body = JsonSerializer.Serialize(new { target = guest, run = new { argv = (string[])["/bin/sh", "-c", script] }, timeoutMs = 60_000 });
        var job = await AskAsync(api => api.PostAsync("/v1/jobs", body, ("Prefer", "wait=8")), answer => (int)answer.Status == 200 && answer.Body.Is("phase", "Succeeded"), $"a script has run in {guest}");
        return Assert.Single((await GetAsync($"/v1/jobs/{job.Body.Text("id")}/invocations")).Items()).Succeeds().Stdout();
    }

    /// <summary>Asks a guest's agent what it does not change, again where a gateway says that the job of it has just moved.</summary>
    public async Task<JsonElement> AgentAsync(string guest, string command) =>
        (await AskAsync(api => api.PostAsync($"/v1/vms/{guest}/agent/{command}?timeoutMs=8000", null), answer => (int)answer.Status == 200 && answer.Body.Is("phase", "Succeeded"), $"{guest} answers {command}")).Body.Result();

    /// <summary>Asks until a gateway answers with 2xx.</summary>
    public Task<ApiAnswer> GetAsync(string path) => AskAsync(api => api.GetAsync(path), answer => (int)answer.Status is >= 200 and < 300, $"a gateway answers {path}");
}
