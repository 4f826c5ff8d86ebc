using System.Net;
using System.Text.Json;
using Orchestrator.TestKit;

namespace Orchestrator.Host.Tests.Serving;

/// <summary>Subscribers over a restart of their node.</summary>
public sealed class EventRestartTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Cursor_outlives_the_node_and_ids_stay_what_they_were()
    {
        var vm = new FakeVm("a", Guid.NewGuid());
        await using var first = await ServedNode.StartAsync();
        await first.AddAsync(vm);
        await vm.HappenAsync("RTC_CHANGE", """{"offset": 1, "qom-path": "x"}""");
        await vm.HappenAsync("RTC_CHANGE", """{"offset": 2, "qom-path": "x"}""");
        var before = await EventsAsync(first, "type=RTC_CHANGE&from=beginning", 2);
        Assert.Equal(0, await first.StopAsync());

        await using var second = await ServedNode.StartAsync(after: first);
        await second.KnowsAsync(vm);
        var rest = await EventsAsync(second, $"type=RTC_CHANGE&cursor={Text(before[0], "cursor")}", 1);
        var again = await second.Http.GetStringAsync($"v1/events/{Text(before[0], "id")}");

        Assert.Equal(before[1].GetRawText(), Assert.Single(rest).GetRawText());
        Assert.Equal(Text(before[0], "id"), Text(JsonElement.Parse(again), "id"));
        await vm.HappenAsync("RTC_CHANGE", """{"offset": 3, "qom-path": "x"}""");
        var later = await EventsAsync(second, $"type=RTC_CHANGE&cursor={Text(before[1], "cursor")}", 1);
        Assert.True(long.Parse(Text(later[0], "sequence"), null) > long.Parse(Text(before[1], "sequence"), null));
        Assert.True(long.Parse(Text(later[0], "sessionepoch"), null) > long.Parse(Text(before[1], "sessionepoch"), null));
    }

    [Fact]
    public async Task Stop_of_the_node_ends_streams_and_tells_sockets_why()
    {
        await using var node = await ServedNode.StartAsync();
        using var stream = await node.Http.GetAsync("v1/events", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync());
        using var socket = new System.Net.WebSockets.ClientWebSocket();
        using var http = new HttpMessageInvoker(new SocketsHttpHandler { ConnectCallback = async (_, cancellation) => new System.Net.Sockets.NetworkStream(await node.ConnectAsync(cancellation), ownsSocket: true) });
        await socket.ConnectAsync(new Uri("ws://localhost/v1/ws"), http, CancellationToken.None);
        var closed = socket.ReceiveAsync(new byte[256], CancellationToken.None);
        Assert.Equal(HttpStatusCode.OK, stream.StatusCode);

        var stopped = node.StopAsync();

        await closed.WaitAsync(Patience, TimeProvider.System);
        Assert.Equal((System.Net.WebSockets.WebSocketCloseStatus.EndpointUnavailable, "the node stops"), (socket.CloseStatus!.Value, socket.CloseStatusDescription));
        await socket.CloseOutputAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        Assert.Null(await reader.ReadLineAsync().WaitAsync(Patience, TimeProvider.System));
        Assert.Equal(0, await stopped.WaitAsync(Patience, TimeProvider.System));
    }

    private static string Text(JsonElement happened, string member) => happened.GetProperty(member).GetString()!;

    /// <summary>So many events of a query, once there are.</summary>
    private static async Task<JsonElement[]> EventsAsync(ServedNode node, string query, int count)
    {
        JsonElement[] events = [];
        await Eventually.TrueAsync(
            async () =>
            {
                var lines = (await node.Http.GetStringAsync($"v1/events?follow=false&{query}")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
                events = [.. lines.Select(line => JsonElement.Parse(line)).Where(line => line.TryGetProperty("sequence", out _))];
                return events.Length >= count;
            },
            Patience, $"{count} events are in the log");
        return events;
    }
}
