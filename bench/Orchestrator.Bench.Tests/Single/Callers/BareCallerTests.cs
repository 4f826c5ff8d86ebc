using Orchestrator.Bench.Fleet.Peers;
using Orchestrator.Bench.Single.Callers;

namespace Orchestrator.Bench.Tests.Single.Callers;

/// <summary>The bare socket against a real guest agent; needs qemu-ga and qemu-storage-daemon.</summary>
public class BareCallerTests
{
    [Fact]
    public async Task One_caller_takes_the_agent_after_the_other()
    {
        using var directory = FleetDirectory.Create();
        await using var peers = new PeerFleet(directory, 1, runsPrograms: true);
        await peers.StartAsync(CancellationToken.None);

        for (var turn = 0; turn < 3; turn++)
        {
            await using var caller = BareCaller.Connect(directory.QgaSocket("vm0001"));
            for (var call = 0; call < 3; call++)
            {
                Assert.InRange(await caller.PingAsync(CancellationToken.None), 1e-4, 30_000);
                Assert.InRange(await caller.RunTrueAsync(CancellationToken.None), 1e-3, 30_000);
            }
        }
    }

    [Fact]
    public async Task A_refusal_is_told_in_the_agents_words()
    {
        using var directory = FleetDirectory.Create();
        await using var peers = new PeerFleet(directory, 1);
        await peers.StartAsync(CancellationToken.None);
        await using var caller = BareCaller.Connect(directory.QgaSocket("vm0001"));

        var error = await Assert.ThrowsAsync<BenchException>(() => Task.Run(() => caller.RunTrueAsync(CancellationToken.None)));

        Assert.Contains("guest-exec has been disabled", error.Message);
    }

    [Fact]
    public void Without_an_agent_its_socket_is_named() =>
        Assert.StartsWith("/nobody/listens: ", Assert.Throws<BenchException>(() => BareCaller.Connect("/nobody/listens")).Message);
}
