using Akka.Actor;
using Orchestrator.Actors.Clustering.Nodes;
using Orchestrator.Actors.Tests.Clustering;
using Orchestrator.Host.Clustering;
using Orchestrator.TestKit;

namespace Orchestrator.Host.Tests.Clustering;

/// <summary>Three nodes in one process, over Akka's own remoting.</summary>
public sealed class ThreeNodesTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly MemoryDutyStore _store = new(TimeProvider.System);
    private readonly DutyLedger _ledger = new();
    private readonly ClusterMember[] _members;

    public ThreeNodesTests() => _members = [.. new[] { "a", "b", "c" }.Select(name => new ClusterMember(name, _store, _ledger))];

    public Task InitializeAsync()
    {
        foreach (var member in _members)
            member.Akka.Join(_members[0].Akka.SelfAddress);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        foreach (var member in _members)
            await member.DisposeAsync();
    }

    [Fact]
    public async Task Nodes_know_each_other_share_the_work_and_take_over_what_a_dead_one_did()
    {
        foreach (var member in _members)
        {
            await Eventually.TrueAsync(async () => await member.NodesAsync() == "a:Up b:Up c:Up", Limit, $"{member.Name} knows all nodes");
            await Eventually.TrueAsync(async () => await member.VmsAsync() == "a/vm-of-a b/vm-of-b c/vm-of-c", Limit, $"{member.Name} knows all VMs");
        }
        await Eventually.TrueAsync(() => Shares() is { Count: 32 } shares && _members.All(member => shares.Values.Count(node => node == member.Name) >= 5), Limit, "the duties are spread");
        var (alive, dead) = (_members[..2], _members[2]);

        await dead.KillAsync();

        await Eventually.TrueAsync(() => Shares() is { Count: 32 } shares && !shares.Values.Contains("c"), Limit, "the others have its duties");
        foreach (var member in alive)
        {
            await Eventually.TrueAsync(async () => await member.NodesAsync() == "a:Up b:Up c:Gone", Limit, $"{member.Name} has seen it go");
            await Eventually.TrueAsync(async () => await member.VmsAsync() == "a/vm-of-a b/vm-of-b (c/vm-of-c)", Limit, $"{member.Name} knows that its VMs are stale");
        }
        Assert.Empty(_ledger.Violations);
        Assert.All(ClusterDuties.All, duty => Assert.NotEqual("c", _store[duty]!.Owner));

        Assert.IsType<NodeReplies.Removed>(await alive[0].Nodes.Ask<object>(new NodeCommands.Remove("c"), Limit));

        foreach (var member in alive)
        {
            await Eventually.TrueAsync(async () => await member.NodesAsync() == "a:Up b:Up", Limit, $"{member.Name} has forgotten it");
            await Eventually.TrueAsync(async () => await member.VmsAsync() == "a/vm-of-a b/vm-of-b", Limit, $"{member.Name} has forgotten its VMs");
        }
    }

    private IReadOnlyDictionary<string, string> Shares() => _ledger.Running;
}
