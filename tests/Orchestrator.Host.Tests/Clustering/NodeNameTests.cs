using Microsoft.Extensions.Time.Testing;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Actors.Tests.Clustering;
using Orchestrator.Host.Clustering;
using Orchestrator.Host.Configuration;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Tests.Clustering;

public sealed class NodeNameTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly MemoryDutyStore _store;

    public NodeNameTests() => _store = new MemoryDutyStore(_time);

    [Fact]
    public async Task Name_belongs_to_one_address_and_a_second_is_told_to_which()
    {
        await TakeAsync("a", "10.0.0.1:4053");
        await TakeAsync("b", "10.0.0.2:4053");

        var refused = await Assert.ThrowsAsync<ServeException>(() => TakeAsync("a", "10.0.0.3:4053"));

        Assert.Contains("has the name 'a': it is at 10.0.0.1:4053", refused.Message);
        Assert.Contains("'host', --node", refused.Message);
        Assert.Equal("10.0.0.1:4053", _store["name-a"]!.Owner);
    }

    [Fact]
    public async Task Node_at_the_same_address_has_its_name_again_at_once()
    {
        await TakeAsync("a", "10.0.0.1:4053");
        await TakeAsync("a", "10.0.0.1:4053");

        Assert.Equal(2, _store["name-a"]!.Epoch);
    }

    [Fact]
    public async Task Name_of_a_dead_node_is_free_after_a_while()
    {
        await TakeAsync("a", "10.0.0.1:4053");
        _time.Advance(NodeName.Lifetime - TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<ServeException>(() => TakeAsync("a", "10.0.0.3:4053"));
        _time.Advance(TimeSpan.FromSeconds(1));

        await TakeAsync("a", "10.0.0.3:4053");

        Assert.Equal("10.0.0.3:4053", _store["name-a"]!.Owner);
    }

    [Fact]
    public async Task Of_nodes_that_start_at_once_one_has_the_name()
    {
        var tries = Enumerable.Range(1, 8).Select(number => TakeAsync("a", $"10.0.0.{number}:4053")).ToArray();
        var errors = await Task.WhenAll(tries.Select(async one => await Record.ExceptionAsync(() => one)));

        Assert.Equal(7, errors.Count(error => error is ServeException));
        Assert.Single(errors, error => error is null);
    }

    [Fact]
    public async Task Name_that_begins_like_another_is_another()
    {
        await TakeAsync("ab", "10.0.0.1:4053");
        await TakeAsync("a", "10.0.0.2:4053");

        var refused = await Assert.ThrowsAsync<ServeException>(() => TakeAsync("a", "10.0.0.3:4053"));

        Assert.Contains("it is at 10.0.0.2:4053", refused.Message);
    }

    [Fact]
    public async Task Store_that_does_not_answer_is_told()
    {
        var refused = await Assert.ThrowsAsync<ServeException>(() => NodeName.TakeAsync(new Away(), "a", NodeAddress.Parse("10.0.0.1:4053", "the test", "listen")));

        Assert.Contains("whether the name 'a' is free in the cluster is not known: PostgreSQL is away", refused.Message);
    }

    private Task TakeAsync(string name, string listen) => NodeName.TakeAsync(_store, name, NodeAddress.Parse(listen, "the test", "listen"));

    private sealed class Away : IDutyStore
    {
        public Task<DutyClaim?> ClaimAsync(string duty, string owner, TimeSpan lifetime, CancellationToken cancellationToken) => throw new JobStoreException("PostgreSQL is away");

        public Task<bool> RenewAsync(DutyClaim claim, TimeSpan lifetime, CancellationToken cancellationToken) => throw new JobStoreException("PostgreSQL is away");

        public Task ReleaseAsync(DutyClaim claim, CancellationToken cancellationToken) => throw new JobStoreException("PostgreSQL is away");

        public Task<IReadOnlyList<DutyClaim>> ListAsync(string prefix, CancellationToken cancellationToken) => throw new JobStoreException("PostgreSQL is away");
    }
}
