using System.Net;
using System.Net.Sockets;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Clustering;
using Orchestrator.TestKit.Processes;

namespace Orchestrator.EndToEnd.Tests.Clustering;

/// <summary>The laboratory's network: its faults are really there, and nothing of it stays behind.</summary>
public sealed class NetworkLabTests : IAsyncLifetime
{
    private const int Port = 4053;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private NetworkLab _lab = null!;

    public async Task InitializeAsync() => _lab = await NetworkLab.StartAsync("a", "b", "c");

    public Task DisposeAsync() => _lab.DisposeAsync().AsTask();

    [Fact]
    public async Task Connections_of_a_partition_hang_both_ways_until_it_is_healed_while_others_see_nothing()
    {
        using var onA = await ListenAsync("a");
        using var onB = await ListenAsync("b");
        _lab.Partition("a", "b");

        using var fromA = await _lab["a"].OpenSocketAsync(SocketType.Stream, ProtocolType.Tcp);
        using var fromB = await _lab["b"].OpenSocketAsync(SocketType.Stream, ProtocolType.Tcp);
        var (there, back) = (ConnectAsync(fromA, "b"), ConnectAsync(fromB, "a"));
        await LostAsync(2);
        using var fromC = await _lab["c"].OpenSocketAsync(SocketType.Stream, ProtocolType.Tcp);
        await ConnectAsync(fromC, "a");
        Assert.False(there.IsCompleted || back.IsCompleted);

        _lab.Heal();
        await Task.WhenAll(there, back);
    }

    [Fact]
    public async Task Connection_that_a_partition_silences_delivers_what_was_sent_once_it_is_healed()
    {
        using var listener = await ListenAsync("b");
        using var client = await _lab["a"].OpenSocketAsync(SocketType.Stream, ProtocolType.Tcp);
        await ConnectAsync(client, "b");
        using var server = await listener.AcceptAsync();

        _lab.Partition("a", "b");
        await client.SendAsync("late"u8.ToArray());
        var reading = ReadAsync(server);
        await LostAsync(1);
        Assert.False(reading.IsCompleted);

        _lab.Heal();
        Assert.Equal("late", await reading);
    }

    [Fact]
    public async Task One_way_partition_swallows_one_direction_only()
    {
        using var a = await BindAsync("a");
        using var b = await BindAsync("b");
        _lab.PartitionOneWay("a", "b");

        await SendAsync(a, "b", "lost");
        await SendAsync(b, "a", "arrives");
        Assert.Equal("arrives", await ReadAsync(a));
        await LostAsync(1);

        _lab.Heal();
        await SendAsync(a, "b", "after");
        Assert.Equal("after", await ReadAsync(b));
        Assert.Equal(1, _lab.Lost);
    }

    [Fact]
    public async Task Isolated_host_reaches_nobody_and_is_reached_by_nobody()
    {
        using var a = await BindAsync("a");
        using var b = await BindAsync("b");
        using var c = await BindAsync("c");
        _lab.Isolate("b");

        await SendAsync(b, "a", "lost");
        await SendAsync(b, "c", "lost");
        await SendAsync(a, "b", "lost");
        await LostAsync(3);
        await SendAsync(a, "c", "arrives");

        Assert.Equal("arrives", await ReadAsync(c));
        _lab.Heal();
        await SendAsync(b, "a", "after");
        await SendAsync(a, "b", "after");
        Assert.Equal("after", await ReadAsync(a));
        Assert.Equal("after", await ReadAsync(b));
    }

    [Fact]
    public async Task Slow_host_is_late_each_way_and_loses_its_share()
    {
        const int sent = 200;
        var delay = TimeSpan.FromMilliseconds(100);
        using var a = await BindAsync("a");
        using var b = await BindAsync("b");

        _lab.Slow("b", delay);
        var start = TimeProvider.System.GetTimestamp();
        await SendAsync(a, "b", "there");
        Assert.Equal("there", await ReadAsync(b));
        await SendAsync(b, "a", "back");
        Assert.Equal("back", await ReadAsync(a));
        Assert.True(TimeProvider.System.GetElapsedTime(start) >= 2 * delay);

        _lab.Slow("b", TimeSpan.Zero, loss: 0.5);
        for (var i = 0; i < sent; i++)
            await SendAsync(a, "b", "perhaps");
        await LostAsync(sent / 4);
        _lab.Slow("b", TimeSpan.Zero);
        await SendAsync(a, "b", "last");
        var received = 0;
        while (await ReadAsync(b) != "last")
            received++;
        Assert.InRange(received, sent / 4, sent * 3 / 4);
        Assert.Equal(sent, received + _lab.Lost);
    }

    [Fact]
    public async Task Program_on_a_host_has_that_hosts_address_and_no_other()
    {
        var addresses = await _lab["b"].RunAsync(Limit, RequiredTool.Find("ip", "iproute2"), "-4", "-o", "addr", "show");

        Assert.Contains($" {_lab["b"].Address}/24 ", addresses);
        Assert.Equal(2, addresses.Split('\n').Length);
    }

    [Fact]
    public void Host_that_the_lab_does_not_have_is_told_with_those_it_has()
    {
        var error = Assert.Throws<ArgumentException>(() => _lab.Partition("a", "x"));

        Assert.Contains("no host 'x': it has a, b, c", error.Message);
    }

    private Task LostAsync(int least) => Eventually.TrueAsync(() => _lab.Lost >= least, Limit, $"the network has swallowed {least} frames");

    private async Task<Socket> ListenAsync(string host)
    {
        var socket = await _lab[host].OpenSocketAsync(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Any, Port));
        socket.Listen();
        return socket;
    }

    private async Task<Socket> BindAsync(string host)
    {
        var socket = await _lab[host].OpenSocketAsync(SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Any, Port));
        return socket;
    }

    private Task ConnectAsync(Socket socket, string to) => socket.ConnectAsync(new IPEndPoint(_lab[to].Address, Port)).WaitAsync(Limit, TimeProvider.System);

    private async Task SendAsync(Socket socket, string to, string text) =>
        await socket.SendToAsync(System.Text.Encoding.UTF8.GetBytes(text), new IPEndPoint(_lab[to].Address, Port));

    private static async Task<string> ReadAsync(Socket socket)
    {
        var buffer = new byte[100];
        var bytes = await socket.ReceiveAsync(buffer).WaitAsync(Limit, TimeProvider.System);
        return System.Text.Encoding.UTF8.GetString(buffer, 0, bytes);
    }
}
