using Akka.Actor;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Tests.FanOut.Routing;

namespace Orchestrator.Actors.Tests.Freezing.Routing;

/// <summary>
/// Whatever is lost, comes twice, or late between nodes, and whichever of them are started anew: in the end every lease is thawed, no guest was frozen
/// twice, and the group has ended and tells the truth.
/// </summary>
public sealed class FleetFreezeModelTests : FleetFreezeTest
{
    private readonly LossyNetwork _network;

    public FleetFreezeModelTests()
    {
        _network = new LossyNetwork(Sys);
        RouterOf = (node, _) => _network.RemoteOf(Nodes.Single(known => known.Name == node.Name).Router);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(12)]
    public async Task Every_lease_is_thawed_in_the_end(int seed)
    {
        var random = new Random(seed);
        await KnowAsync();
        var freezes = Begin();
        var answer = CreateAsync(freezes, ttl: 40);
        await SettleAllAsync();
        var id = "";

        for (var step = 0; step < 120; step++)
        {
            await StepAsync(random);
            if (step == 60)
            {
                id = (await freezes.Ask<FreezeReplies.Groups>(FreezeQueries.List.Instance, Limit)).Snapshots.Single().Id;
                freezes.Tell(new FreezeCommands.Thaw(id), ActorRefs.Nobody);
            }
            // Who is told that all are frozen is told the truth.
            if (answer.IsCompleted && GroupOf(await answer).Phase == FreezeGroupPhase.Frozen)
                Assert.All(Guests, guest => Assert.True(guest.Freezes == 1, $"{guest.Name} was frozen {guest.Freezes} times"));
        }
        foreach (var node in Nodes.Where(node => !node.IsUp))
            await TellAsync(node, isUp: true);
        // From here on nothing is lost.
        for (var step = 0; step < 60; step++)
        {
            await DeliverAllAsync();
            Advance(2);
        }

        Assert.All(Guests, guest => Assert.Equal((false, null), (guest.IsFrozen, guest.Row)));
        Assert.All(Guests, guest => Assert.InRange(guest.Freezes, 0, 1));
        var group = await GetAsync(freezes, id);
        Assert.True(group.Phase is FreezeGroupPhase.Thawed or FreezeGroupPhase.Failed, $"the group is {group.Phase}: {string.Join(", ", group.Members.Select(member => (member.Vm.Name, member.Stage, member.Reason)))}");
        Assert.All(group.Members, member => Assert.True(member.Stage is FreezeStage.Thawed or FreezeStage.Skipped or FreezeStage.Failed, $"{member.Vm.Name}: {member.Stage} {member.Reason}"));
        Assert.True(answer.IsCompleted);
    }

    private async Task StepAsync(Random random)
    {
        await SettleAllAsync();
        var count = _network.Count;
        switch (random.Next(20))
        {
            case < 11 when count > 0:
                _network.Deliver(random.Next(3) == 0 ? random.Next(count) : 0);
                break;
            case 11 when count > 0:
                _network.Deliver(random.Next(count), isKept: true);
                break;
            case 12 or 13 when count > 0:
                _network.Drop(random.Next(count));
                break;
            case 14:
                await TellAsync(B, !B.IsUp);
                break;
            case 15 when random.Next(4) == 0:
                await B.StopAsync();
                B.Start();
                await TellAsync(B, isUp: true);
                break;
            default:
                Advance(random.Next(1, 4));
                break;
        }
    }

    private async Task DeliverAllAsync()
    {
        for (var round = 0; round < 50; round++)
        {
            await SettleAllAsync();
            if (_network.Count == 0)
                return;
            while (_network.Count > 0)
                _network.Deliver(0);
        }
    }
}
