using System.Diagnostics.CodeAnalysis;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace Orchestrator.Host.Storage.Postgres;

/// <summary>Statements with parameters <c>$1</c>, <c>$2</c> and so on. The server keeps the plans of those that come often.</summary>
internal static class PostgresSql
{
    /// <summary>A text that may be <see langword="null"/>, which has no type of its own.</summary>
    public static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    /// <summary>A number that may be <see langword="null"/>.</summary>
    public static NpgsqlParameter Number(long? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint };

    /// <summary>A text that anybody wrote: PostgreSQL keeps no NUL and no half of a surrogate pair.</summary>
    [return: NotNullIfNotNull(nameof(value))]
    public static string? Prose(string? value) => value is null ? null : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(value)).Replace('\0', '\uFFFD');

    /// <summary>Runs a statement; returns how many rows it changed.</summary>
    public static Task<int> ExecuteAsync(this NpgsqlConnection connection, string sql, params IReadOnlyList<object> values) => connection.ExecuteAsync(sql, CancellationToken.None, values);

    /// <summary>The same for one who may give up.</summary>
    public static async Task<int> ExecuteAsync(this NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params IReadOnlyList<object> values)
    {
        await using var command = Command(connection, sql, values);
        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The first column of the first row; <see langword="null"/> if there is no row.</summary>
    public static Task<object?> ScalarAsync(this NpgsqlConnection connection, string sql, params IReadOnlyList<object> values) => connection.ScalarAsync(sql, CancellationToken.None, values);

    /// <summary>The same for one who may give up.</summary>
    public static async Task<object?> ScalarAsync(this NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params IReadOnlyList<object> values)
    {
        await using var command = Command(connection, sql, values);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>All rows.</summary>
    public static Task<List<T>> QueryAsync<T>(this NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, params IReadOnlyList<object> values) =>
        connection.QueryAsync(sql, CancellationToken.None, read, values);

    /// <summary>The same for one who may give up.</summary>
    public static async Task<List<T>> QueryAsync<T>(this NpgsqlConnection connection, string sql, CancellationToken cancellationToken, Func<NpgsqlDataReader, T> read, params IReadOnlyList<object> values)
    {
        await using var command = Command(connection, sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            rows.Add(read(reader));
        return rows;
    }

    /// <summary>A statement of a batch.</summary>
    public static NpgsqlBatchCommand BatchCommand(string sql, IReadOnlyList<object> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        AddTo(command.Parameters, values);
        return command;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, IReadOnlyList<object> values)
    {
        var command = new NpgsqlCommand(sql, connection);
        AddTo(command.Parameters, values);
        return command;
    }

    private static void AddTo(NpgsqlParameterCollection parameters, IReadOnlyList<object> values)
    {
        foreach (var value in values)
            parameters.Add((value as NpgsqlParameter)?.Clone() ?? new NpgsqlParameter { Value = value });
    }
}
