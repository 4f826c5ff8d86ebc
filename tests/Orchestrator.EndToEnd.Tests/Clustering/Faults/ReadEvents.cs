using System.Text.Json;
using Orchestrator.EndToEnd.Tests.Serving;

namespace Orchestrator.EndToEnd.Tests.Clustering.Faults;

/// <summary>A reader of the fleet's events that goes on behind its cursor, at whichever gateway answers. What it was told, it has acknowledged.</summary>
internal sealed class ReadEvents(ClusterLab lab, Gateways gateways)
{
    private const string CaughtUp = "io.orchestrator.stream.caughtup";
    private readonly List<string> _ids = [];
    private string _from = "from=beginning";

    /// <summary>Reads all that there is now.</summary>
    public async Task CatchUpAsync()
    {
        var page = await gateways.AskAsync(api => api.GetAsync($"/v1/events?{_from}&follow=false"), IsWhole, "a gateway tells the events");
        foreach (var line in Lines(page))
        {
            if (line.Text("cursor") is { } cursor)
                _from = $"cursor={Uri.EscapeDataString(cursor)}";
            if (!IsOfStream(line))
                _ids.Add(Identity(line));
        }
    }

    /// <summary>Nothing was told twice, and every gateway still has what was told, in the same words.</summary>
    public async Task HoldAsync()
    {
        await CatchUpAsync();
        Assert.NotEmpty(_ids);
        Assert.Equal(_ids.Distinct(), _ids);
        foreach (var node in lab.Nodes)
        {
            var all = await node.Api.GetAsync("/v1/events?from=beginning&follow=false");
            Assert.True(IsWhole(all), all.Text);
            var lost = _ids.Except(Lines(all).Where(line => !IsOfStream(line)).Select(Identity));
            Assert.True(!lost.Any(), $"gateway {node.Name} has lost {string.Join(", ", lost)}");
        }
    }

    private static bool IsWhole(ApiAnswer answer) => (int)answer.Status == 200 && Lines(answer) is [.., var last] && last.Is("type", CaughtUp);

    private static bool IsOfStream(JsonElement line) => line.Text("type")!.StartsWith("io.orchestrator.stream.", StringComparison.Ordinal);

    private static string Identity(JsonElement line) => $"{line.Text("source")} {line.Text("id")}";

    private static JsonElement[] Lines(ApiAnswer answer) => [.. answer.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];
}
