namespace Orchestrator.Host.Storage;

/// <summary>The tables of a node's database, by version. One that was released is never changed: what is new is a further entry.</summary>
internal static class StoreSchema
{
    /// <summary>For <see cref="SqliteDatabase.OpenAsync"/>.</summary>
    public static readonly IReadOnlyList<string> Migrations = [Jobs, Leases, Controllers];

    /// <summary>
    /// Times are Unix milliseconds. A job's large and unchanging parts are apart from what changes. An outcome's key is its place in the order in
    /// which they came, and stays when a later one replaces it.
    /// </summary>
    private const string Jobs = """
        CREATE TABLE job (
            key INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            idempotency_key TEXT UNIQUE,
            command TEXT NOT NULL,
            phase TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            ended_at INTEGER,
            header BLOB NOT NULL
        );
        CREATE INDEX job_unfinished ON job (id) WHERE ended_at IS NULL;
        CREATE INDEX job_ended ON job (ended_at) WHERE ended_at IS NOT NULL;
        CREATE INDEX job_by_phase ON job (phase, id);
        CREATE INDEX job_by_command ON job (command, id);
        CREATE TABLE request (
            job INTEGER PRIMARY KEY,
            document BLOB NOT NULL,
            targets BLOB NOT NULL
        );
        CREATE TABLE dispatch (
            key INTEGER PRIMARY KEY,
            job INTEGER NOT NULL,
            attempt INTEGER NOT NULL,
            ordinals BLOB NOT NULL
        );
        CREATE INDEX dispatch_by_job ON dispatch (job);
        CREATE TABLE program (
            job INTEGER NOT NULL,
            ordinal INTEGER NOT NULL,
            pid INTEGER NOT NULL,
            agent TEXT,
            PRIMARY KEY (job, ordinal)
        ) WITHOUT ROWID;
        CREATE TABLE outcome (
            key INTEGER PRIMARY KEY,
            job INTEGER NOT NULL,
            ordinal INTEGER NOT NULL,
            document TEXT NOT NULL,
            phase TEXT AS (document ->> 'phase'),
            reason TEXT AS (document ->> 'reason'),
            effect TEXT AS (document ->> 'effect'),
            UNIQUE (job, ordinal)
        );
        """;

    /// <summary>A VM has one lease at most: a row says that it may be frozen.</summary>
    private const string Leases = """
        CREATE TABLE lease (
            host TEXT NOT NULL,
            vm TEXT NOT NULL,
            id TEXT NOT NULL UNIQUE,
            freeze_group TEXT NOT NULL,
            owner TEXT NOT NULL,
            ttl INTEGER NOT NULL,
            deadline INTEGER NOT NULL,
            PRIMARY KEY (host, vm)
        ) WITHOUT ROWID;
        """;

    /// <summary>A controller's place in the logs, and its instances' values; their places and the values change together.</summary>
    private const string Controllers = """
        CREATE TABLE controller (
            name TEXT PRIMARY KEY,
            cursor TEXT NOT NULL,
            paused INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE controller_instance (
            controller TEXT NOT NULL,
            key TEXT NOT NULL,
            born INTEGER NOT NULL,
            cursor TEXT NOT NULL,
            starts INTEGER NOT NULL,
            ticks INTEGER NOT NULL,
            PRIMARY KEY (controller, key)
        ) WITHOUT ROWID;
        CREATE TABLE controller_value (
            controller TEXT NOT NULL,
            instance TEXT NOT NULL,
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (controller, instance, key)
        );
        CREATE TABLE controller_failure (
            id INTEGER PRIMARY KEY,
            controller TEXT NOT NULL,
            time INTEGER NOT NULL,
            instance TEXT NOT NULL,
            work TEXT NOT NULL,
            event TEXT,
            vm TEXT,
            attempts INTEGER NOT NULL,
            error TEXT NOT NULL
        );
        CREATE INDEX controller_failure_by_controller ON controller_failure (controller, id);
        """;
}
