using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Orchestrator.Host.Tests.Serving;

namespace Orchestrator.Host.Tests.Endpoints;

public sealed class QmpWebSocketTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Each_answer_and_event_is_one_text_message()
    {
        await using var node = await ServedNode.StartAsync();
        var vm = new FakeVm("a", Guid.NewGuid());
        await node.AddAsync(vm);
        using var socket = await QmpPeer.UpgradeAsync(node, vm.Uuid.ToString());

        Assert.True((await ReadAsync(socket)).TryGetProperty("QMP", out _));
        await SendAsync(socket, """{"execute":"qmp_capabilities"}""");
        Assert.Equal("{}", (await ReadAsync(socket)).GetProperty("return").GetRawText());
        // The messages are a stream: one of them may be cut anywhere.
        await SendAsync(socket, """{"execute":"query-name","id":1}{"execute":"guest-get""");
        Assert.Equal("a", (await ReadAsync(socket)).GetProperty("return").GetProperty("name").GetString());
        await SendAsync(socket, """-osinfo","id":2}""");
        Assert.Equal("debian", (await ReadAsync(socket)).GetProperty("return").GetProperty("id").GetString());
        await vm.HappenAsync("POWERDOWN");
        Assert.Equal("POWERDOWN", (await ReadAsync(socket)).GetProperty("event").GetString());

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).WaitAsync(Patience);
    }

    [Fact]
    public async Task Stop_of_the_node_ends_the_connection()
    {
        await using var node = await ServedNode.StartAsync();
        await node.AddAsync(new FakeVm("a", Guid.NewGuid()));
        using var socket = await QmpPeer.UpgradeAsync(node, "a");
        await ReadAsync(socket);

        var stopped = node.StopAsync();

        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            var result = await socket.ReceiveAsync(new byte[16], CancellationToken.None).WaitAsync(Patience);
            throw new EndOfStreamException($"{result.MessageType}");
        });
        await stopped;
    }

    [Fact]
    public async Task Request_that_is_no_upgrade_is_told_what_to_do()
    {
        await using var node = await ServedNode.StartAsync();
        await node.AddAsync(new FakeVm("a", Guid.NewGuid()));

        var plain = await node.Http.GetAsync("v1/vms/a/qmp");
        var unknown = await node.Http.GetAsync("v1/vms/b/qmp");

        Assert.Equal(HttpStatusCode.BadRequest, plain.StatusCode);
        Assert.Contains("Upgrade: websocket", await plain.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    private static async Task SendAsync(WebSocket socket, string text) => await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    private static async Task<JsonElement> ReadAsync(WebSocket socket)
    {
        var buffer = new byte[64 * 1024];
        var result = await socket.ReceiveAsync(buffer, CancellationToken.None).WaitAsync(Patience);
        Assert.True(result is { MessageType: WebSocketMessageType.Text, EndOfMessage: true });
        return JsonElement.Parse(buffer.AsSpan(0, result.Count));
    }
}
