using Npgsql;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Host.Storage.Postgres;

/// <summary>The tables in PostgreSQL, by version. One that was released is never changed: what is new is a further entry.</summary>
internal static class PostgresSchema
{
    // An index of a long history takes its time, and those that wait for it too.
    private const int LimitSeconds = 600;

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

    /// <summary>
    /// Who has which part of a cluster. The key of the row has the epoch, so that a claim excludes who holds the key (FOR KEY SHARE) and a renewal does
    /// not. The owner of a duty that was given back is NULL.
    /// </summary>
    private const string Duties = """
        CREATE TABLE duty (
            name text PRIMARY KEY COLLATE "C",
            owner text,
            epoch bigint NOT NULL,
            expires_at timestamptz NOT NULL
        );
        CREATE UNIQUE INDEX duty_epoch ON duty (name, epoch);
        CREATE INDEX job_unfinished_by_partition ON job (right(id, 1), id) WHERE ended_at IS NULL;
        CREATE INDEX job_ended_by_partition ON job (right(id, 1), ended_at) WHERE ended_at IS NOT NULL;
        CREATE INDEX job_by_partition ON job (right(id, 1), id);
        """;

    /// <summary>As in SQLite.</summary>
    private const string Leases = """
        CREATE TABLE lease (
            host text NOT NULL COLLATE "C",
            vm text NOT NULL COLLATE "C",
            id text NOT NULL UNIQUE,
            freeze_group text NOT NULL,
            owner text NOT NULL,
            ttl bigint NOT NULL,
            deadline bigint NOT NULL,
            PRIMARY KEY (host, vm)
        );
        """;

    /// <summary>As in SQLite, and with an id that the node gives to a dead letter, so that one that is written twice is there once.</summary>
    private const string Subscriptions = """
        CREATE TABLE subscription (
            id text PRIMARY KEY COLLATE "C",
            created_at bigint NOT NULL,
            spec bytea NOT NULL,
            secret text NOT NULL,
            previous_secret text,
            previous_until bigint,
            cursor text NOT NULL,
            delivered bigint NOT NULL,
            failed bigint NOT NULL,
            pause_cause text,
            pause_reason text
        );
        CREATE TABLE dead_letter (
            key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            id uuid NOT NULL UNIQUE,
            subscription text NOT NULL COLLATE "C" REFERENCES subscription ON DELETE CASCADE,
            type text NOT NULL,
            subject text,
            document bytea NOT NULL,
            reason text NOT NULL,
            attempts integer NOT NULL,
            failed_at bigint NOT NULL
        );
        CREATE INDEX dead_letter_by_subscription ON dead_letter (subscription, key);
        """;

    /// <summary>As in SQLite. Keys and values of instances are UTF-8 of any length and with any character; failures have an id like dead letters.</summary>
    private const string Controllers = """
        CREATE TABLE controller (
            name text PRIMARY KEY,
            cursor text NOT NULL,
            paused boolean NOT NULL
        );
        CREATE TABLE controller_instance (
            controller text NOT NULL,
            key text NOT NULL,
            born bigint NOT NULL,
            cursor text NOT NULL,
            starts bigint NOT NULL,
            ticks bigint NOT NULL,
            PRIMARY KEY (controller, key)
        );
        CREATE TABLE controller_value (
            controller text NOT NULL,
            instance text NOT NULL,
            key bytea NOT NULL,
            value bytea NOT NULL
        );
        CREATE UNIQUE INDEX controller_value_key ON controller_value (controller, instance, sha256(key));
        CREATE TABLE controller_failure (
            key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            id uuid NOT NULL UNIQUE,
            controller text NOT NULL,
            time bigint NOT NULL,
            instance text NOT NULL,
            work text NOT NULL,
            event text,
            vm text,
            attempts integer NOT NULL,
            error text NOT NULL
        );
        CREATE INDEX controller_failure_by_controller ON controller_failure (controller, key);
        """;

    /// <summary>For <see cref="MigrateAsync"/>.</summary>
    public static readonly IReadOnlyList<string> Migrations = [Jobs, Duties + Leases + Subscriptions + Controllers];

    /// <summary>Brings the tables up to date.</summary>
    /// <param name="connection">Open.</param>
    /// <param name="schema">Where they are; made if need be.</param>
    /// <param name="where">For the error.</param>
    /// <param name="migrations">SQL scripts in the order of their versions: the first makes version 1 of an empty database.</param>
    /// <exception cref="JobStoreException">A newer version of this program made them.</exception>
    public static async Task MigrateAsync(NpgsqlConnection connection, string schema, string where, IReadOnlyList<string> migrations)
    {
        await using var transaction = await connection.BeginTransactionAsync().ConfigureAwait(false);
        await ExecuteAsync(Lock).ConfigureAwait(false);
        await ExecuteAsync($"CREATE SCHEMA IF NOT EXISTS \"{schema.Replace("\"", "\"\"", StringComparison.Ordinal)}\"; CREATE TABLE IF NOT EXISTS version (number integer NOT NULL)").ConfigureAwait(false);
        await using var ask = new NpgsqlCommand("SELECT coalesce(max(number), 0) FROM version", connection, transaction);
        var version = (int)(await ask.ExecuteScalarAsync().ConfigureAwait(false))!;
        if (version > migrations.Count)
            throw new JobStoreException($"{where} was written by a newer version of this program (its tables are of version {version}, this program knows {migrations.Count}): run that one, or name another store");
        for (; version < migrations.Count; version++)
            await ExecuteAsync($"{migrations[version]} INSERT INTO version VALUES ({version + 1})").ConfigureAwait(false);
        await transaction.CommitAsync().ConfigureAwait(false);

        async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = LimitSeconds };
            await command.ExecuteNonQueryAsync().ConfigureAwait(false);
        }
    }
}
