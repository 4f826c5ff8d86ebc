using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Orchestrator.Host.Api;

namespace Orchestrator.Host.Tests.Api;

[Collection(nameof(ServedFleet))]
public sealed class EventWebSocketTests(ServedFleet fleet) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[256 << 10];

    public async Task InitializeAsync()
    {
        using var http = new HttpMessageInvoker(new SocketsHttpHandler { ConnectCallback = async (_, cancellation) => new NetworkStream(await fleet.Node.ConnectAsync(cancellation), ownsSocket: true) });
        await _socket.ConnectAsync(new Uri("ws://localhost/v1/ws"), http, CancellationToken.None);
    }

    public Task DisposeAsync()
    {
        _socket.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Subscriptions_share_a_socket_and_each_gets_what_it_asks_for()
    {
        await SendAsync("""{"subscribe":{"id":"a","type":["ACPI_*"],"initial":true,"target":"web1","credit":10}}""");
        Assert.Equal("io.orchestrator.vm.snapshot", (await ReadAsync("a", "event")).GetProperty("type").GetString());
        var cursor = (await ReadAsync("a", "caughtup")).GetProperty("cursor").GetString();
        await SendAsync($$$"""{"subscribe":{"id":"b","filter":"data.info.slot = '2'","cursor":"{{{cursor}}}","credit":10}}""");
        await ReadAsync("b", "caughtup");

        await HappenAsync(1);
        Assert.Equal("1", Slot(await ReadAsync("a", "event")));
        await HappenAsync(2);
        var both = new[] { await ReadAsync(), await ReadAsync() };

        Assert.Equal(["a", "b"], both.Select(message => message.GetProperty("id").GetString()).Order(StringComparer.Ordinal));
        Assert.All(both, message => Assert.Equal("2", Slot(message.GetProperty("event"))));
    }

    [Fact]
    public async Task Nothing_is_sent_without_credit()
    {
        await SendAsync("""{"subscribe":{"id":"a","type":["ACPI_*"],"credit":1}}""");
        await PlacedAsync("x");
        for (var slot = 1; slot <= 4; slot++)
            await HappenAsync(slot);
        Assert.Equal("1", Slot(await ReadAsync("a", "event")));

        // Another one on the same socket is not held up, and shows that nothing came for the first meanwhile.
        await PlacedAsync("b");
        await SendAsync("""{"credit":{"id":"a","more":2}}""");
        Assert.Equal("2", Slot(await ReadAsync("a", "event")));
        Assert.Equal("3", Slot(await ReadAsync("a", "event")));
        await PlacedAsync("c");
        await SendAsync("""{"credit":{"id":"a","more":1}}""");
        Assert.Equal("4", Slot(await ReadAsync("a", "event")));
    }

    [Fact]
    public async Task Place_is_taken_when_it_is_subscribed_whatever_the_credit()
    {
        await SendAsync("""{"subscribe":{"id":"a","type":["ACPI_*"]}}""");
        await SendAsync("""{"subscribe":{"id":"b","type":["ACPI_*"],"from":"now","credit":1}}""");
        // Both open at once, so neither may be behind what "c", which begins later, has caught up with.
        await PlacedAsync("c");
        await HappenAsync(5);
        Assert.Equal("5", Slot(await ReadAsync("b", "event")));

        await SendAsync("""{"credit":{"id":"a","more":1}}""");
        Assert.Equal("5", Slot(await ReadAsync("a", "event")));
    }

    [Fact]
    public async Task Ended_subscription_is_silent_and_its_name_is_free()
    {
        await SendAsync("""{"subscribe":{"id":"a","type":["ACPI_*"],"credit":100}}""");
        await PlacedAsync("x");
        await SendAsync("""{"unsubscribe":{"id":"a"}}""");
        await SendAsync("""{"subscribe":{"id":"a","type":["BALLOON_CHANGE"],"credit":100}}""");
        await PlacedAsync("y");

        await HappenAsync(6);
        await fleet.Web1.HappenAsync("BALLOON_CHANGE", """{"actual": 1}""");
        Assert.EndsWith(".BALLOON_CHANGE", (await ReadAsync("a", "event")).GetProperty("type").GetString());
    }

    [Theory]
    [InlineData("\"filter\":\"type\"", "invalid-filter")]
    [InlineData("\"target\":\"(\"", "invalid-selector")]
    [InlineData("\"cursor\":\"!\"", "invalid-cursor")]
    [InlineData("\"since\":\"x\"", "invalid-request")]
    [InlineData("\"cursor\":\"MTIzNDU6NiBub2RlMQ\"", "cursor-expired")]
    public async Task What_cannot_be_subscribed_is_a_problem_and_the_socket_lives_on(string member, string code)
    {
        await SendAsync($$$"""{"subscribe":{"id":"a",{{{member}}},"credit":1}}""");
        var problem = await ReadAsync("a", "error");
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Equal(code == "cursor-expired", problem.TryGetProperty("resyncFrom", out _));

        // It is not there: neither is what is said to it a mistake, nor is its name taken.
        await SendAsync("""{"credit":{"id":"a","more":5}}""");
        await SendAsync("""{"unsubscribe":{"id":"a"}}""");
        await SendAsync("""{"subscribe":{"id":"a","initial":true,"target":"none","credit":1}}""");
        await ReadAsync("a", "caughtup");
    }

    [Theory]
    [InlineData("no json", WebSocketCloseStatus.PolicyViolation, "no message of this API")]
    [InlineData("null", WebSocketCloseStatus.PolicyViolation, "exactly one of")]
    [InlineData("{}", WebSocketCloseStatus.PolicyViolation, "exactly one of")]
    [InlineData("""{"subscribe":{"id":"a"},"unsubscribe":{"id":"a"}}""", WebSocketCloseStatus.PolicyViolation, "exactly one of")]
    [InlineData("""{"publish":{}}""", WebSocketCloseStatus.PolicyViolation, "no message of this API")]
    [InlineData("""{"subscribe":{}}""", WebSocketCloseStatus.PolicyViolation, "has an id")]
    [InlineData("""{"subscribe":{"id":"a","credit":-1}}""", WebSocketCloseStatus.PolicyViolation, "credit up to 1000000")]
    [InlineData("""{"credit":{"id":"a","more":0}}""", WebSocketCloseStatus.PolicyViolation, "more is from 1 up")]
    public async Task Message_against_the_rules_closes_the_socket_with_the_reason(string message, WebSocketCloseStatus status, string reason)
    {
        await SendAsync(message);
        await IsClosedAsync(status, reason);
    }

    [Fact]
    public async Task Name_that_is_taken_and_credit_beyond_the_limit_are_against_the_rules()
    {
        await SendAsync("""{"subscribe":{"id":"a","credit":1000000}}""");
        await SendAsync("""{"credit":{"id":"a","more":1000000}}""");
        await IsClosedAsync(WebSocketCloseStatus.PolicyViolation, "at most 1000000");
    }

    [Fact]
    public async Task Subscriptions_are_limited()
    {
        for (var count = 0; count < EventSocketSession.MaxSubscriptions; count++)
            await SendAsync($$$"""{"subscribe":{"id":"{{{count}}}"}}""");
        await SendAsync("""{"subscribe":{"id":"64"}}""");
        await IsClosedAsync(WebSocketCloseStatus.PolicyViolation, "at most 64 subscriptions");
    }

    [Fact]
    public async Task Message_that_is_too_long_or_no_text_is_against_the_rules()
    {
        await SendAsync(new string(' ', EventSocketSession.MaxMessageBytes - 40) + """{"unsubscribe":{"id":"a"}}""");
        await SendAsync(new string(' ', EventSocketSession.MaxMessageBytes + 1));
        await IsClosedAsync(WebSocketCloseStatus.MessageTooBig, "at most 65536 bytes");
    }

    [Fact]
    public async Task Bytes_are_no_messages()
    {
        await _socket.SendAsync(new byte[] { 1 }, WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
        await IsClosedAsync(WebSocketCloseStatus.InvalidMessageType, "text");
    }

    [Fact]
    public async Task Client_may_close()
    {
        await SendAsync("""{"subscribe":{"id":"a","credit":5}}""");
        await _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).WaitAsync(Patience, TimeProvider.System);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, _socket.CloseStatus);
    }

    private static string Slot(JsonElement happened) => happened.GetProperty("data").GetProperty("data").GetProperty("info").GetProperty("slot").GetString()!;

    private Task HappenAsync(int slot) => fleet.Web1.HappenAsync("ACPI_DEVICE_OST", $$$"""{"info": {"slot": "{{{slot}}}", "slot-type": "DIMM", "source": 1, "status": 0}}""");

    private Task SendAsync(string text) => _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    /// <summary>Waits until the subscriptions before this one have taken their places: one of its own, which gets nothing, has caught up.</summary>
    private async Task PlacedAsync(string id)
    {
        await SendAsync($$$"""{"subscribe":{"id":"{{{id}}}","initial":true,"target":"none","credit":1}}""");
        await ReadAsync(id, "caughtup");
    }

    private async Task<JsonElement> ReadAsync()
    {
        var length = 0;
        ValueWebSocketReceiveResult result;
        do
        {
            using var deadline = new CancellationTokenSource(Patience);
            result = await _socket.ReceiveAsync(_buffer.AsMemory(length), deadline.Token);
            length += result.Count;
        }
        while (!result.EndOfMessage);
        Assert.True(result.MessageType == WebSocketMessageType.Text, $"{_socket.CloseStatus} {_socket.CloseStatusDescription}");
        return JsonElement.Parse(_buffer.AsSpan(0, length));
    }

    /// <summary>The next message, which is for a subscription and has this member.</summary>
    private async Task<JsonElement> ReadAsync(string id, string member)
    {
        var message = await ReadAsync();
        Assert.Equal(id, message.GetProperty("id").GetString());
        Assert.True(message.TryGetProperty(member, out var value), message.GetRawText());
        return value;
    }

    private async Task IsClosedAsync(WebSocketCloseStatus status, string reason)
    {
        using var deadline = new CancellationTokenSource(Patience);
        var result = await _socket.ReceiveAsync(_buffer.AsMemory(), deadline.Token);
        Assert.Equal(WebSocketMessageType.Close, result.MessageType);
        Assert.Equal(status, _socket.CloseStatus);
        Assert.Contains(reason, _socket.CloseStatusDescription);
        await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, deadline.Token);
    }
}
