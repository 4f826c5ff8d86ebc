using Npgsql;

namespace Orchestrator.Host.Storage.Postgres;

/// <summary>A statement of a write, with parameters <c>$1</c>, <c>$2</c> and so on. What it does may be done twice.</summary>
/// <param name="Sql">One statement.</param>
/// <param name="Values">Its parameters, or <see cref="NpgsqlParameter"/>s; made into fresh ones each time.</param>
internal sealed record PostgresStatement(string Sql, params IReadOnlyList<object> Values)
{
    /// <summary>Why its whole write is refused if it changed no row; <see langword="null"/> if it need not. Asked in the same transaction.</summary>
    public Func<NpgsqlConnection, Task<Exception>>? WhenNone { get; init; }

    /// <summary>Takes the first column of its first row, and only statements that have one return rows.</summary>
    public Action<object>? Take { get; init; }
}
