using Orchestrator.Actors.Freezing;

namespace Orchestrator.Host.Tests.Storage;

/// <summary>What every store of leases promises; run against each of them.</summary>
public abstract class LeaseStoreTests : IAsyncLifetime
{
    private ILeaseStore _store = null!;

    public async Task InitializeAsync() => _store = await OpenAsync();

    public abstract Task DisposeAsync();

    /// <summary>An empty store at first, later the same one after the node was started anew. Its VmHost is <c>node1</c>, if it has one alone.</summary>
    private protected abstract Task<ILeaseStore> OpenAsync();

    [Fact]
    public async Task Leases_are_there_again_after_a_restart()
    {
        await _store.PutAsync(Lease("a", "web2"));
        await _store.PutAsync(Lease("b", "web1"));
        _store = await OpenAsync();

        Assert.Equal([Lease("b", "web1"), Lease("a", "web2")], await _store.LoadAsync());
    }

    [Fact]
    public async Task A_VM_has_one_lease_the_newest()
    {
        await _store.PutAsync(Lease("a", "web1"));
        await _store.PutAsync(Lease("a", "web1") with { Deadline = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000) });
        Assert.Equal(1_800_000_000_000, Assert.Single(await _store.LoadAsync()).Deadline.ToUnixTimeMilliseconds());

        await _store.PutAsync(Lease("b", "web1"));
        Assert.Equal("b", Assert.Single(await _store.LoadAsync()).Id);
    }

    [Fact]
    public async Task A_lease_is_forgotten_by_its_id_and_one_that_is_not_there_does_no_harm()
    {
        await _store.PutAsync(Lease("a", "web1"));
        await _store.RemoveAsync("b");
        Assert.Single(await _store.LoadAsync());
        await _store.RemoveAsync("a");
        await _store.RemoveAsync("a");

        Assert.Empty(await _store.LoadAsync());
    }

    private protected static FreezeLease Lease(string id, string vm) => new()
    {
        Id = id,
        Group = "group1",
        Host = "node1",
        Vm = vm,
        Owner = "back'up",
        Ttl = TimeSpan.FromSeconds(60),
        Deadline = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_060_123),
    };
}
