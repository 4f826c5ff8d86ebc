using Npgsql;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Host.Storage.Postgres;

/// <summary>The tables in PostgreSQL, by version. One that was released is never changed: what is new is a further entry.</summary>
internal static class PostgresSchema
{
    // Nodes that start together bring the tables up to date one after the other.
    private const string Lock = "SELECT pg_advisory_xact_lock(5734920117)";

    /// <summary>As in SQLite, and with the node that owns a job: each takes up its own again.</summary>
    private const string Jobs = """
        CREATE TABLE job (
            key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            id text NOT NULL UNIQUE COLLATE "C",
            node text NOT NULL,
            idempotency_key text UNIQUE,
            command text NOT NULL,
            phase text NOT NULL,
            created_at bigint NOT NULL,
            ended_at bigint,
            header text NOT NULL
        );
        CREATE INDEX job_unfinished ON job (node, id) WHERE ended_at IS NULL;
        CREATE INDEX job_ended ON job (ended_at) WHERE ended_at IS NOT NULL;
        CREATE INDEX job_by_phase ON job (phase, id);
        CREATE INDEX job_by_command ON job (command, id);
        CREATE TABLE request (
            job bigint PRIMARY KEY REFERENCES job ON DELETE CASCADE,
            document bytea NOT NULL,
            targets bytea NOT NULL
        );
        CREATE TABLE dispatch (
            key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            job bigint NOT NULL REFERENCES job ON DELETE CASCADE,
            attempt integer NOT NULL,
            ordinals bytea NOT NULL
        );
        CREATE INDEX dispatch_by_job ON dispatch (job);
        CREATE TABLE program (
            job bigint NOT NULL REFERENCES job ON DELETE CASCADE,
            ordinal integer NOT NULL,
            pid bigint NOT NULL,
            agent text,
            PRIMARY KEY (job, ordinal)
        );
        CREATE TABLE outcome (
            key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            job bigint NOT NULL REFERENCES job ON DELETE CASCADE,
            ordinal integer NOT NULL,
            phase text NOT NULL,
            reason text,
            effect text NOT NULL,
            document text NOT NULL,
            UNIQUE (job, ordinal)
        );
        """;

    private static readonly IReadOnlyList<string> Migrations = [Jobs];

    /// <summary>Brings the tables up to date.</summary>
    /// <param name="connection">Open.</param>
    /// <param name="schema">Where they are; made if need be.</param>
    /// <param name="where">For the error.</param>
    /// <exception cref="JobStoreException">A newer version of this program made them.</exception>
    public static async Task MigrateAsync(NpgsqlConnection connection, string schema, string where)
    {
        await using var transaction = await connection.BeginTransactionAsync().ConfigureAwait(false);
        await ExecuteAsync(Lock).ConfigureAwait(false);
        await ExecuteAsync($"CREATE SCHEMA IF NOT EXISTS \"{schema.Replace("\"", "\"\"", StringComparison.Ordinal)}\"; CREATE TABLE IF NOT EXISTS version (number integer NOT NULL)").ConfigureAwait(false);
        await using var ask = new NpgsqlCommand("SELECT coalesce(max(number), 0) FROM version", connection, transaction);
        var version = (int)(await ask.ExecuteScalarAsync().ConfigureAwait(false))!;
        if (version > Migrations.Count)
            throw new JobStoreException($"{where} was written by a newer version of this program (its tables are of version {version}, this program knows {Migrations.Count}): run that one, or name another store");
        for (; version < Migrations.Count; version++)
            await ExecuteAsync($"{Migrations[version]} INSERT INTO version VALUES ({version + 1})").ConfigureAwait(false);
        await transaction.CommitAsync().ConfigureAwait(false);

        async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction);
            await command.ExecuteNonQueryAsync().ConfigureAwait(false);
        }
    }
}
