using Orchestrator.Actors.Events.Subscriptions;

namespace Orchestrator.Host.Tests.Storage.Postgres;

[Collection(nameof(PostgresServer))]
public sealed class PostgresSubscriptionStoreTests(PostgresServer server) : SubscriptionStoreTests
{
    private readonly ClusterFixture _cluster = new(server);
    private ISubscriptionStore? _store;

    public override async Task DisposeAsync() => await _cluster.DisposeAsync();

    private protected override async Task<ISubscriptionStore> OpenAsync()
    {
        var node = await _cluster.NodeAsync();
        return _store = node.SubscriptionsOf(await ClusterFixture.ClaimAsync(node, "control"));
    }

    [Fact]
    public async Task What_receivers_and_guests_wrote_is_kept_as_far_as_PostgreSQL_can()
    {
        await _store!.AddAsync(Sample("a"));
        await _store.SaveAsync("a", new SubscriptionChange(new SubscriptionProgress(At(1), 0, 1), [Letter("x") with { Reason = "nul \0, half \ud800" }], []));
        await _store.SavePauseAsync("a", new SubscriptionPause(PauseCause.Gone, "\0"));

        Assert.Equal("nul \ufffd, half \ufffd", Assert.Single(await _store.DeadLettersAsync("a", 0, 10)).Reason);
        Assert.Equal("\ufffd", Assert.Single(await _store.LoadAsync()).Pause?.Reason);
    }
}
