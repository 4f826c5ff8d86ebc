using Npgsql;

namespace Orchestrator.Host.Storage.Postgres;

/// <summary>Many statements in one message to the server: on a link with 100 ms each way, twenty of them one after the other are four seconds.</summary>
internal static class PostgresBatch
{
    /// <summary>Runs all, in order.</summary>
    /// <returns>The first that changed no row though it must; <see langword="null"/> if all is well.</returns>
    public static async Task<PostgresStatement?> RunAsync(NpgsqlConnection connection, IReadOnlyList<PostgresStatement> statements)
    {
        if (statements.Count == 0)
            return null;
        await using var batch = new NpgsqlBatch(connection);
        foreach (var statement in statements)
            batch.BatchCommands.Add(PostgresSql.BatchCommand(statement.Sql, statement.Values));
        await using (var reader = await batch.ExecuteReaderAsync().ConfigureAwait(false))
        {
            foreach (var take in statements.Select(statement => statement.Take).OfType<Action<object>>())
            {
                if (await reader.ReadAsync().ConfigureAwait(false))
                    take(reader.GetValue(0));
                await reader.NextResultAsync().ConfigureAwait(false);
            }
        }
        return statements.Where((statement, place) => statement.WhenNone is not null && batch.BatchCommands[place].RecordsAffected == 0).FirstOrDefault();
    }
}
