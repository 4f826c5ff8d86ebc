using Npgsql;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Host.Storage.Postgres;

namespace Orchestrator.Host.Tests.Storage.Postgres;

/// <summary>What comes together while the writer is busy is one transaction, whatever is in it.</summary>
[Collection(nameof(PostgresServer))]
public sealed class PostgresWriterTests(PostgresServer server) : IAsyncLifetime
{
    /// <summary>The fence's and the batch's, the commit, and what a client may say in two parts.</summary>
    private const int RoundTrips = 6;

    private const int Jobs = 50;
    private readonly string _schema = $"t{Guid.NewGuid():N}";
    private StoreRelay _relay = null!;
    private PostgresConnections _connections = null!;
    private NpgsqlConnection _other = null!;
    private readonly Dictionary<int, Exception> _failures = [];

    public async Task InitializeAsync()
    {
        _relay = new StoreRelay(new NpgsqlConnectionStringBuilder(server.Postgres.ConnectionString).Host!);
        _connections = await PostgresConnections.OpenAsync(new NpgsqlConnectionStringBuilder(server.AddressOf(_schema)) { Host = _relay.Host }.ConnectionString, TimeProvider.System);
        _other = new NpgsqlConnection(server.AddressOf(_schema));
        await _other.OpenAsync();
    }

    public async Task DisposeAsync()
    {
        await _other.DisposeAsync();
        await _connections.DisposeAsync();
        await _relay.DisposeAsync();
    }

    [Fact]
    public async Task Round_trips_do_not_grow_with_what_is_written()
    {
        await TogetherAsync(Jobs, Create);

        var requests = await TogetherAsync(Jobs, number => PostgresJobWrites.StatementsOf(new JobWrite.Ended(Samples.Job(number).Header.Id, [(0, Samples.Success(0))]), "a"));

        Assert.InRange(requests, 1, RoundTrips);
        Assert.Equal((long)Jobs, await _other.ScalarAsync("SELECT count(*) FROM outcome"));
    }

    [Fact]
    public async Task Of_writes_that_come_together_one_that_fails_fails_alone()
    {
        const int missing = 3;
        const int wrong = 5;
        await Assert.ThrowsAsync<AggregateException>(() => TogetherAsync(Jobs, number => number switch
        {
            missing => [new("CREATE TABLE half ()"), .. PostgresJobWrites.StatementsOf(new JobWrite.Changed(Samples.Job(number).Header), "a")],
            wrong => [new("SELECT 1 / 0")],
            _ => Create(number),
        }));

        Assert.Equal((long)Jobs - 2, await _other.ScalarAsync("SELECT count(*) FROM job"));
        Assert.IsType<DBNull>(await _other.ScalarAsync("SELECT to_regclass('half')::text"));
        Assert.Contains($"there is no job {Samples.Job(missing).Header.Id}", _failures[missing].Message, StringComparison.Ordinal);
        Assert.Contains("division by zero", _failures[wrong].Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<PostgresStatement> Create(int number) => PostgresJobWrites.StatementsOf(new JobWrite.Created(Samples.Job(number)), "a");

    /// <summary>Keeps the writer busy until so many writes wait for it; returns how often it had something to say for them.</summary>
    private async Task<int> TogetherAsync(int count, Func<int, IReadOnlyList<PostgresStatement>> write)
    {
        await _other.ScalarAsync("SELECT pg_advisory_lock(2)");
        var first = _connections.Writer.AddAsync([new("SELECT pg_advisory_xact_lock(2)")]);
        await PostgresDutyStoreTests.BlockedAsync(server, 1);
        var writes = Enumerable.Range(0, count).Select(number => _connections.Writer.AddAsync(write(number))).ToArray();
        var before = _relay.Requests;
        await _other.ScalarAsync("SELECT pg_advisory_unlock(2)");
        await first;
        foreach (var (number, one) in writes.Index())
        {
            try
            {
                await one;
            }
            catch (JobStoreException e)
            {
                _failures[number] = e;
            }
        }
        return _failures.Count == 0 ? _relay.Requests - before : throw new AggregateException(_failures.Values);
    }
}
