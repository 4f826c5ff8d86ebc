using System.Net.Sockets;
using System.Text.Json;
using Orchestrator.Bench.Events.Peers;
using Orchestrator.Bench.Fleet.Peers;

namespace Orchestrator.Bench.Tests.Events;

/// <summary>The process of scripted QMP servers, as the benchmark starts it.</summary>
public sealed class MonitorsTests : IDisposable
{
    private readonly FleetDirectory _directory = FleetDirectory.Create();
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromMinutes(1), TimeProvider.System);

    public void Dispose()
    {
        _directory.Dispose();
        _deadline.Dispose();
    }

    [Fact]
    public async Task Every_vm_negotiates_and_sends_its_own_numbers_on_through_all_steps()
    {
        await using var monitors = await Monitors.StartAsync(_directory, 2, _deadline.Token);
        using var one = await ConnectAsync("vm0001");
        using var two = await ConnectAsync("vm0002");

        await monitors.FloodAsync(3, _deadline.Token);
        await monitors.PaceAsync(new EventPace(1_000, 4), _deadline.Token);

        Assert.Equal(10, monitors.Sent);
        foreach (var client in (StreamReader[])[one, two])
        {
            for (var number = 1; number <= 5; number++)
                Assert.Equal(number, JsonElement.Parse((await client.ReadLineAsync(_deadline.Token))!).GetProperty("data").GetProperty("offset").GetInt32());
        }
    }

    [Fact]
    public async Task A_client_that_comes_after_another_is_served_as_the_first()
    {
        await using var monitors = await Monitors.StartAsync(_directory, 1, _deadline.Token);
        (await ConnectAsync("vm0001")).Dispose();
        using var second = await ConnectAsync("vm0001");

        await monitors.FloodAsync(1, _deadline.Token);

        Assert.Contains("RTC_CHANGE", await second.ReadLineAsync(_deadline.Token));
    }

    [Fact]
    public async Task Events_of_a_vm_that_nobody_is_connected_to_are_an_error()
    {
        await using var monitors = await Monitors.StartAsync(_directory, 1, _deadline.Token);

        var error = await Assert.ThrowsAsync<BenchException>(() => monitors.FloodAsync(1, _deadline.Token));

        Assert.Contains("not connected", error.Message);
        Assert.Equal(0, monitors.Sent);
    }

    /// <summary>A client past its negotiation.</summary>
    private async Task<StreamReader> ConnectAsync(string vm)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(_directory.QmpSocket(vm)), _deadline.Token);
        var lines = new StreamReader(new NetworkStream(socket, ownsSocket: true));
        Assert.Contains("QMP", await lines.ReadLineAsync(_deadline.Token));
        await lines.BaseStream.WriteAsync("{\"execute\":\"qmp_capabilities\",\"id\":1}\n{\"execute\":\"query-status\",\"id\":2}\n"u8.ToArray(), _deadline.Token);
        Assert.Contains("\"return\"", await lines.ReadLineAsync(_deadline.Token));
        Assert.Contains("CommandNotFound", await lines.ReadLineAsync(_deadline.Token));
        return lines;
    }
}
