using System.Data;
using Npgsql;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Storage.Postgres;

/// <summary>A node's way to PostgreSQL: one pool of connections, for its writer, its readers and its duties. Any thread.</summary>
internal sealed class PostgresConnections : IAsyncDisposable
{
    /// <summary>Reads at the same time.</summary>
    public const int ReadWidth = 8;

    /// <summary>Claims, renewals and releases at the same time.</summary>
    public const int DutyWidth = 4;

    /// <summary>The writer's, those of the reads and of the duties, and some that are being closed.</summary>
    public const int MaxConnections = 16;

    /// <summary>A read, with all its statements, after waiting for a connection.</summary>
    public static readonly TimeSpan ReadPatience = TimeSpan.FromSeconds(30);

    /// <summary>A read that a caller of the API waits for.</summary>
    public static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(5);

    /// <summary>A claim, a renewal or a release: less than a claim lasts.</summary>
    public static readonly TimeSpan DutyPatience = TimeSpan.FromSeconds(5);

    private const int StatementSeconds = 10;
    private const int ConnectSeconds = 5;
    private readonly NpgsqlDataSource _server;
    private readonly PostgresLane _reads;

    private PostgresConnections(NpgsqlDataSource server, TimeProvider time, string where)
    {
        _server = server;
        _reads = new PostgresLane(server, ReadWidth, ReadPatience, time, where);
        Duties = new PostgresLane(server, DutyWidth, DutyPatience, time, where);
        Writer = new PostgresWriter(server, time, where);
    }

    /// <summary>All that is written passes here, in order.</summary>
    public PostgresWriter Writer { get; }

    /// <summary>For claims, whatever else is asked.</summary>
    public PostgresLane Duties { get; }

    /// <summary>Connects, and brings the tables up to date.</summary>
    /// <param name="address">The setting <c>store</c>.</param>
    /// <param name="time">Measures pauses and deadlines.</param>
    /// <param name="isAgain">Whether this process has done so before: then the server need not answer now.</param>
    /// <exception cref="ServeException">There is no such server, or it refuses; the message says what to do.</exception>
    public static async Task<PostgresConnections> OpenAsync(string address, TimeProvider time, bool isAgain = false)
    {
        var parsed = PostgresAddress.Parse(address);
        // Statements come again and again; a plan of their own saves half of their time.
        parsed.MaxAutoPrepare = 64;
        parsed.MaxPoolSize = MaxConnections;
        parsed.MinPoolSize = Math.Min(parsed.MinPoolSize, MaxConnections);
        parsed.CommandTimeout = Within(parsed.CommandTimeout, StatementSeconds);
        parsed.Timeout = Within(parsed.Timeout, ConnectSeconds);
        var where = $"PostgreSQL at {parsed.Host}";
        var connections = new PostgresConnections(NpgsqlDataSource.Create(parsed), time, where);
        if (isAgain)
            return connections;
        try
        {
            await using var connection = await connections._server.OpenConnectionAsync().ConfigureAwait(false);
            await PostgresSchema.MigrateAsync(connection, parsed.SearchPath!.Split(',')[0].Trim(), where, PostgresSchema.Migrations).ConfigureAwait(false);
            return connections;
        }
        catch (Exception e) when (e is NpgsqlException or JobStoreException or TimeoutException)
        {
            await connections.DisposeAsync().ConfigureAwait(false);
            throw new ServeException((e as JobStoreException ?? PostgresFailures.Explain(e, where)).Message);
        }
    }

    /// <summary>Reads one moment of the database.</summary>
    /// <param name="read">May run twice.</param>
    /// <param name="within">A deadline other than <see cref="ReadPatience"/>.</param>
    /// <exception cref="JobStoreException">It cannot be read, or too many ask.</exception>
    public Task<T> ReadAsync<T>(Func<NpgsqlConnection, Task<T>> read, TimeSpan? within = null) => _reads.RunAsync(
        async (connection, cancellationToken) =>
        {
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken).ConfigureAwait(false);
            return await read(connection).ConfigureAwait(false);
        },
        CancellationToken.None,
        within);

    /// <summary>Writes what is waiting, and closes all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await Writer.DisposeAsync().ConfigureAwait(false);
        await _server.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>0 is no limit, for Npgsql.</summary>
    private static int Within(int seconds, int most) => seconds == 0 ? most : Math.Min(seconds, most);
}
