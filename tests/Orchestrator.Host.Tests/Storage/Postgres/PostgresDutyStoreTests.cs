using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Host.Storage.Postgres;
using Orchestrator.TestKit;

namespace Orchestrator.Host.Tests.Storage.Postgres;

[Collection(nameof(PostgresServer))]
public sealed class PostgresDutyStoreTests(PostgresServer server) : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(50);
    private readonly ClusterFixture _cluster = new(server);
    private IDutyStore _duties = null!;

    public async Task InitializeAsync() => _duties = (await _cluster.NodeAsync()).Duties;

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task A_duty_is_one_nodes_until_it_gives_it_back()
    {
        var first = await ClaimAsync("a");
        Assert.Equal(new DutyClaim("control", "a", 1), first);
        Assert.Null(await ClaimAsync("b"));
        Assert.True(await RenewAsync(first));

        await _duties.ReleaseAsync(first!, CancellationToken.None);

        Assert.False(await RenewAsync(first));
        var second = await ClaimAsync("b");
        Assert.True(second!.Epoch > first!.Epoch);
        await _duties.ReleaseAsync(first, CancellationToken.None);
        Assert.Null(await ClaimAsync("a"));
        Assert.True(await RenewAsync(second));
    }

    [Fact]
    public async Task A_node_that_asks_again_gets_a_new_epoch_and_loses_the_old_one()
    {
        var before = await ClaimAsync("a");
        var after = await ClaimAsync("a");

        Assert.Equal(before!.Epoch + 1, after!.Epoch);
        Assert.False(await RenewAsync(before));
        Assert.True(await RenewAsync(after));
    }

    [Fact]
    public async Task A_claim_that_nobody_renews_is_taken_by_the_database_clock_and_its_owner_is_told()
    {
        var old = await _duties.ClaimAsync("control", "a", Moment, CancellationToken.None);
        DutyClaim? taken = null;
        await Eventually.TrueAsync(async () => (taken = await ClaimAsync("b")) is not null, Limit, "the claim has expired");

        Assert.Equal("b", taken!.Owner);
        Assert.True(taken.Epoch > old!.Epoch);
        Assert.False(await RenewAsync(old));
        Assert.Null(await ClaimAsync("a"));
    }

    [Fact]
    public async Task A_claim_that_has_expired_and_that_nobody_took_goes_on_when_it_is_renewed()
    {
        var claim = await _duties.ClaimAsync("control", "a", Moment, CancellationToken.None);
        await Eventually.TrueAsync(async () => (await _duties.ListAsync("", CancellationToken.None)).Count == 0, Limit, "the claim has expired");

        Assert.True(await RenewAsync(claim));
        Assert.Null(await ClaimAsync("b"));
    }

    [Fact]
    public async Task The_claims_that_hold_are_listed_by_the_beginning_of_their_names()
    {
        await ClaimAsync("a", "jobs-1");
        await ClaimAsync("b", "jobs-0");
        await ClaimAsync("b", "jobs_2");
        await _duties.ReleaseAsync((await ClaimAsync("a", "jobs-3"))!, CancellationToken.None);

        Assert.Equal([new DutyClaim("jobs-0", "b", 1), new DutyClaim("jobs-1", "a", 1)], await _duties.ListAsync("jobs-", CancellationToken.None));
        Assert.Equal(3, (await _duties.ListAsync("", CancellationToken.None)).Count);
        Assert.Empty(await _duties.ListAsync("jobs-3", CancellationToken.None));
    }

    [Fact]
    public async Task Of_many_that_race_for_a_duty_exactly_one_gets_each_epoch()
    {
        const int rounds = 20;
        var nodes = await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ => (await _cluster.NodeAsync()).Duties));
        for (var round = 0; round < rounds; round++)
        {
            var tries = await Task.WhenAll(Enumerable.Range(0, 12).Select(number => nodes[number % nodes.Length].ClaimAsync("control", $"node{number}", ClusterFixture.Forever, CancellationToken.None)));

            var winner = Assert.Single(tries.OfType<DutyClaim>());
            // A claim, and a release, are an epoch each.
            Assert.Equal(2 * round + 1, winner.Epoch);
            await nodes[round % nodes.Length].ReleaseAsync(winner, CancellationToken.None);
        }
    }

    [Fact]
    public async Task Of_many_that_race_for_claims_that_run_out_no_two_get_the_same_epoch()
    {
        var nodes = await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ => (await _cluster.NodeAsync()).Duties));
        var won = (await Task.WhenAll(Enumerable.Range(0, 9).Select(async number =>
        {
            var claims = new List<DutyClaim>();
            for (var count = 0; count < 40; count++)
            {
                if (await nodes[number % nodes.Length].ClaimAsync("control", $"node{number}", TimeSpan.FromTicks(10), CancellationToken.None) is { } claim)
                    claims.Add(claim);
            }
            return claims;
        }))).SelectMany(claims => claims).ToArray();

        Assert.Equal(Enumerable.Range(1, won.Length).Select(epoch => (long)epoch), won.Select(claim => claim.Epoch).Order());
        Assert.True(won.Select(claim => claim.Owner).Distinct().Count() > 1);
    }

    [Fact]
    public async Task A_claim_that_the_database_does_not_answer_ends_at_its_deadline_and_one_that_is_given_up_at_once()
    {
        var time = new FakeTimeProvider();
        var slow = (await _cluster.NodeAsync(time)).Duties;
        var claim = await ClaimAsync("a");
        await using var other = new NpgsqlConnection(server.AddressOf(_cluster.Schema));
        await other.OpenAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await other.ExecuteAsync("SELECT 1 FROM duty FOR UPDATE");
        using var patience = new CancellationTokenSource();

        var asked = slow.RenewAsync(claim!, ClusterFixture.Forever, CancellationToken.None);
        var givenUp = slow.RenewAsync(claim!, ClusterFixture.Forever, patience.Token);
        await BlockedAsync(server, 2);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givenUp);
        time.Advance(PostgresConnections.DutyPatience);

        var late = await Assert.ThrowsAsync<JobStoreException>(() => asked);
        Assert.Contains("does not answer (nothing within 5 s)", late.Message, StringComparison.Ordinal);
        await transaction.RollbackAsync();
        Assert.True(await slow.RenewAsync(claim!, ClusterFixture.Forever, CancellationToken.None));
    }

    [Fact]
    public async Task A_claim_that_lasts_no_time_is_no_claim()
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _duties.ClaimAsync("control", "a", TimeSpan.Zero, CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _duties.RenewAsync(new DutyClaim("control", "a", 1), TimeSpan.FromSeconds(-1), CancellationToken.None));
    }

    /// <summary>Returns when so many statements wait for a lock of another.</summary>
    internal static Task BlockedAsync(PostgresServer server, long count) => Eventually.TrueAsync(
        async () =>
        {
            // None of a pool: tests end connections of the server.
            await using var connection = new NpgsqlConnection($"{server.Postgres.ConnectionString};Pooling=false");
            await connection.OpenAsync();
            return (long)(await connection.ScalarAsync("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))! == count;
        },
        Limit,
        $"{count} statements wait for a lock");

    private Task<DutyClaim?> ClaimAsync(string owner, string duty = "control") => _duties.ClaimAsync(duty, owner, ClusterFixture.Forever, CancellationToken.None);

    private Task<bool> RenewAsync(DutyClaim? claim) => _duties.RenewAsync(claim!, ClusterFixture.Forever, CancellationToken.None);
}
