using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Host.Storage.Postgres;

namespace Orchestrator.Host.Tests.Storage.Postgres;

[Collection(nameof(PostgresServer))]
public sealed class PostgresLaneTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly FakeTimeProvider _time = new();
    private readonly NpgsqlDataSource _server;
    private readonly PostgresLane _lane;
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public PostgresLaneTests(PostgresServer server)
    {
        _server = NpgsqlDataSource.Create(server.Postgres.ConnectionString);
        _lane = new PostgresLane(_server, width: 2, Patience, _time, "PostgreSQL at here");
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Calls_beyond_the_width_wait_and_those_beyond_the_limit_are_refused()
    {
        var (running, most) = (0, 0);
        var calls = Enumerable.Range(0, PostgresLane.MaxCalls).Select(_ => _lane.RunAsync(async (_, _) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await _end.Task;
            return Interlocked.Decrement(ref running);
        })).ToArray();

        var refused = await Assert.ThrowsAsync<JobStoreException>(() => AskAsync());
        Assert.Contains("too much is waiting for the store: 1024 calls", refused.Message, StringComparison.Ordinal);
        _end.SetResult();
        await Task.WhenAll(calls);

        Assert.InRange(most, 1, 2);
        Assert.Equal(1, await AskAsync());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(null)]
    public async Task A_server_that_falls_silent_keeps_its_connection_and_not_the_caller(int? seconds)
    {
        TimeSpan? within = seconds is { } limit ? TimeSpan.FromSeconds(limit) : null;
        using var begun = new SemaphoreSlim(0);
        var silent = Enumerable.Range(0, 2).Select(_ => _lane.RunAsync(
            async (_, _) =>
            {
                begun.Release();
                await _end.Task;
                return true;
            },
            within: within)).ToArray();
        for (var count = 0; count < 2; count++)
            Assert.True(await begun.WaitAsync(TimeSpan.FromMinutes(1)));
        _time.Advance(within ?? Patience);

        foreach (var call in silent)
            Assert.Contains($"does not answer (nothing within {(within ?? Patience).TotalSeconds:0} s)", (await Assert.ThrowsAsync<JobStoreException>(() => call)).Message, StringComparison.Ordinal);
        var waiting = AskAsync();
        Assert.False(waiting.IsCompleted);
        _end.SetResult();
        Assert.Equal(1, await waiting);
    }

    [Fact]
    public async Task A_call_that_waits_too_long_for_a_connection_ends_and_leaves_the_others_alone()
    {
        using var begun = new SemaphoreSlim(0);
        var first = Task.WhenAll(Enumerable.Range(0, 2).Select(_ => _lane.RunAsync(
            async (_, _) =>
            {
                begun.Release();
                await _end.Task;
                return true;
            },
            within: Patience * 2)));
        for (var count = 0; count < 2; count++)
            Assert.True(await begun.WaitAsync(TimeSpan.FromMinutes(1)));
        var waiting = AskAsync();
        using var patience = new CancellationTokenSource();
        var givenUp = AskAsync(patience.Token);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givenUp);

        _time.Advance(Patience);

        var late = await Assert.ThrowsAsync<JobStoreException>(() => waiting);
        Assert.Contains("PostgreSQL at here does not answer (nothing within 5 s)", late.Message, StringComparison.Ordinal);
        _end.SetResult();
        await first;
        Assert.Equal(1, await AskAsync());
    }

    [Fact]
    public async Task A_connection_that_the_server_has_closed_is_replaced()
    {
        await AskAsync();
        await using (var other = await _server.OpenConnectionAsync())
            await other.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend' AND state = 'idle'");

        Assert.Equal(1, await AskAsync());
    }

    [Fact]
    public async Task A_statement_that_is_wrong_is_told_with_where_and_not_asked_again()
    {
        var times = 0;
        var error = await Assert.ThrowsAsync<JobStoreException>(() => _lane.RunAsync((connection, token) =>
        {
            times++;
            return connection.ScalarAsync("SELECT nothing", token);
        }));

        Assert.StartsWith("PostgreSQL at here: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("42703", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, times);
    }

    private async Task<object?> AskAsync(CancellationToken cancellationToken = default) => await _lane.RunAsync((connection, token) => connection.ScalarAsync("SELECT 1", token), cancellationToken);
}
