using Orchestrator.Bench.Fleet;
using Orchestrator.Bench.Fleet.Clients;
using Orchestrator.Bench.Fleet.Peers;

namespace Orchestrator.Bench.Tests.Fleet.Clients;

/// <summary>The reference clients against real guest agents; needs qemu-ga, qemu-storage-daemon, QEMU, gcc and python3.</summary>
public class RealPeersTests
{
    [Fact]
    public async Task Clients_take_turns_with_the_same_agents()
    {
        // guest-info has a reply of several KiB: it comes in more than one read.
        var options = new FleetOptions { Agents = 3, Command = "guest-info" };
        using var directory = FleetDirectory.Create();
        await using var peers = new PeerFleet(directory, options.Agents);
        await peers.StartAsync(CancellationToken.None);
        IFleetClient[] clients =
        [
            await ReferenceClients.EpollAsync(directory, options, CancellationToken.None),
            ReferenceClients.Asyncio("python", "plain", directory, options),
            ReferenceClients.Asyncio("python-buffered", "buffered", directory, options),
        ];

        foreach (var client in clients.Concat(clients))
        {
            var batch = await client.RunBatchAsync(1, 4, CancellationToken.None);

            Assert.Equal((client.Name, 3, 4), (batch.Client, batch.Commands, batch.Rounds.Count));
            Assert.All(batch.Rates, rate => Assert.InRange(rate, 1, 1e7));
        }
    }

    [Theory]
    [InlineData(FleetOptions.RunTrue)]
    [InlineData(FleetOptions.QueryVersion)]
    public async Task Programs_are_followed_to_their_end_and_qmp_servers_are_asked(string command)
    {
        var options = new FleetOptions { Agents = 3, Command = command };
        using var directory = FleetDirectory.Create();
        await using var peers = new PeerFleet(directory, options.Agents, runsPrograms: command == FleetOptions.RunTrue);
        await peers.StartAsync(CancellationToken.None);
        IFleetClient[] clients =
        [
            await ReferenceClients.EpollAsync(directory, options, CancellationToken.None),
            ReferenceClients.Asyncio("python", "plain", directory, options),
            ReferenceClients.Asyncio("python-buffered", "buffered", directory, options),
        ];

        foreach (var client in clients.Concat(clients))
        {
            var batch = await client.RunBatchAsync(1, 4, CancellationToken.None);

            Assert.Equal((client.Name, 3, 4), (batch.Client, batch.Commands, batch.Rounds.Count));
        }
    }

    [Fact]
    public async Task Agents_run_programs_only_if_they_are_told_to()
    {
        var options = new FleetOptions { Agents = 1, Command = FleetOptions.RunTrue };
        using var directory = FleetDirectory.Create();
        await using var peers = new PeerFleet(directory, options.Agents);
        await peers.StartAsync(CancellationToken.None);
        var client = await ReferenceClients.EpollAsync(directory, options, CancellationToken.None);

        Assert.Contains("guest-exec", (await Assert.ThrowsAsync<BenchException>(() => client.RunBatchAsync(0, 1, CancellationToken.None))).Message);
    }

    [Fact]
    public async Task One_shot_tool_asks_every_agent()
    {
        var options = new FleetOptions { Agents = 3 };
        using var directory = FleetDirectory.Create();
        await using var peers = new PeerFleet(directory, options.Agents);
        await peers.StartAsync(CancellationToken.None);

        var batch = await (await OneShotClient.OfAsync("xargs", directory, options, CancellationToken.None)).RunBatchAsync(1, 2, CancellationToken.None);

        Assert.Equal(("xargs", 3, 2), (batch.Client, batch.Commands, batch.Rounds.Count));
        Assert.True(batch.Cpu > TimeSpan.Zero);
    }

    [Fact]
    public async Task Real_guests_take_the_place_of_agents()
    {
        var options = new FleetOptions { Agents = 1, Guests = 1, Command = FleetOptions.RunTrue };
        using var directory = FleetDirectory.Create();
        await using var peers = new GuestPeers(directory, options.Guests);
        await peers.StartAsync(CancellationToken.None);
        IFleetClient[] clients =
        [
            await ReferenceClients.EpollAsync(directory, options, CancellationToken.None),
            await ReferenceClients.EpollAsync(directory, options with { Command = FleetOptions.QueryVersion }, CancellationToken.None),
            ReferenceClients.Asyncio("python", "plain", directory, options with { Command = "guest-ping" }),
        ];

        foreach (var client in clients.Concat(clients))
        {
            var batch = await client.RunBatchAsync(1, 4, CancellationToken.None);

            Assert.Equal((client.Name, 1, 4), (batch.Client, batch.Commands, batch.Rounds.Count));
        }
    }

    [Fact]
    public async Task A_dead_agent_is_named()
    {
        var options = new FleetOptions { Agents = 2 };
        using var directory = FleetDirectory.Create();
        await using (var peers = new PeerFleet(directory, options.Agents))
            await peers.StartAsync(CancellationToken.None);
        var client = await ReferenceClients.EpollAsync(directory, options, CancellationToken.None);

        var error = await Assert.ThrowsAsync<BenchException>(() => client.RunBatchAsync(0, 1, CancellationToken.None));

        Assert.Matches("^c ended: epoll_fleet: vm000[12]: connect: Connection refused$", error.Message);
    }
}
