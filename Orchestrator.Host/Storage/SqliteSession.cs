using Microsoft.Data.Sqlite;

namespace Orchestrator.Host.Storage;

/// <summary>One connection with its prepared statements. Of one thread at a time. Parameters are <c>?1</c>, <c>?2</c> and so on.</summary>
internal sealed class SqliteSession : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> _prepared = new(StringComparer.Ordinal);
    private readonly SqliteConnection _connection;

    private SqliteSession(SqliteConnection connection) => _connection = connection;

    /// <summary>Whether a transaction is open: SQLite ends it by itself after some errors.</summary>
    public bool IsInTransaction => SQLitePCL.raw.sqlite3_get_autocommit(_connection.Handle) == 0;

    /// <summary>Opens a file that is there.</summary>
    /// <param name="path">Of the database.</param>
    /// <param name="isReadOnly">Whether nothing may be written through it.</param>
    /// <param name="busyTimeout">How long another process's lock is waited for.</param>
    /// <param name="survivesPowerLoss">Whether what was committed stays when the machine loses its power, not only when the process dies.</param>
    /// <exception cref="SqliteException">It cannot be opened.</exception>
    public static SqliteSession Open(string path, bool isReadOnly, TimeSpan busyTimeout, bool survivesPowerLoss = true)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = isReadOnly ? SqliteOpenMode.ReadOnly : SqliteOpenMode.ReadWrite,
            DefaultTimeout = (int)busyTimeout.TotalSeconds,
            Pooling = false,
        }.ToString());
        var session = new SqliteSession(connection);
        try
        {
            connection.Open();
            if (!isReadOnly)
            {
                session.Execute("PRAGMA journal_mode=WAL");
                session.Execute(survivesPowerLoss ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
                session.Execute("PRAGMA journal_size_limit=67108864");
            }
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Runs a statement; returns how many rows it changed.</summary>
    public int Execute(string sql, params ReadOnlySpan<object?> values) => Bind(sql, values).ExecuteNonQuery();

    /// <summary>Runs several statements at once, without parameters.</summary>
    public void ExecuteScript(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>The first column of the first row; <see langword="null"/> if there is no row.</summary>
    public object? Scalar(string sql, params ReadOnlySpan<object?> values) => Bind(sql, values).ExecuteScalar();

    /// <summary>All rows.</summary>
    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        using var reader = Bind(sql, values).ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
            rows.Add(read(reader));
        return rows;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var command in _prepared.Values)
            command.Dispose();
        _connection.Dispose();
    }

    private SqliteCommand Bind(string sql, ReadOnlySpan<object?> values)
    {
        if (!_prepared.TryGetValue(sql, out var command))
        {
            command = _connection.CreateCommand();
            command.CommandText = sql;
            for (var at = 1; at <= values.Length; at++)
                command.Parameters.Add(new SqliteParameter { ParameterName = $"?{at}" });
            _prepared.Add(sql, command);
        }
        for (var at = 0; at < values.Length; at++)
            command.Parameters[at].Value = values[at] ?? DBNull.Value;
        return command;
    }
}
