namespace Orchestrator.Host.Storage;

/// <summary>The tables of a node's database, by version. One that was released is never changed: what is new is a further entry.</summary>
internal static class StoreSchema
{
    /// <summary>For <see cref="SqliteDatabase.OpenAsync"/>.</summary>
    public static readonly IReadOnlyList<string> Migrations = [Jobs, Leases, Subscriptions, Controllers, OutcomePages, ProgramPages];

    /// <summary>
    /// Times are Unix milliseconds. A job's large and unchanging parts are apart from what changes. An outcome's key is its place in the order in
    /// which they came, and stays when a later one replaces it; it has a row of its own only until <see cref="OutcomePages"/>.
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

    /// <summary>
    /// Webhook subscriptions: what they are to do is one document, what changes has its columns. A dead letter keeps the event as it was sent, because
    /// the event log forgets it.
    /// </summary>
    private const string Subscriptions = """
        CREATE TABLE subscription (
            id TEXT PRIMARY KEY,
            created_at INTEGER NOT NULL,
            spec BLOB NOT NULL,
            secret TEXT NOT NULL,
            previous_secret TEXT,
            previous_until INTEGER,
            cursor TEXT NOT NULL,
            delivered INTEGER NOT NULL,
            failed INTEGER NOT NULL,
            pause_cause TEXT,
            pause_reason TEXT
        ) WITHOUT ROWID;
        CREATE TABLE dead_letter (
            key INTEGER PRIMARY KEY AUTOINCREMENT,
            subscription TEXT NOT NULL,
            type TEXT NOT NULL,
            subject TEXT,
            document BLOB NOT NULL,
            reason TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            failed_at INTEGER NOT NULL
        );
        CREATE INDEX dead_letter_by_subscription ON dead_letter (subscription);
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

    /// <summary>
    /// Outcomes that came together are one row: an array of what <see cref="StoredOutcome"/> is. Nothing is ever changed in a page: an outcome that comes again
    /// is in a later one. The view, for people who look, has the newest of each target. What is there already is cut by its keys, so that no page
    /// outgrows what SQLite can hold.
    /// </summary>
    private const string OutcomePages = """
        CREATE TABLE outcome_page (
            key INTEGER PRIMARY KEY,
            job INTEGER NOT NULL,
            document BLOB NOT NULL
        );
        INSERT INTO outcome_page (key, job, document)
            SELECT min(key), job, CAST(json_group_array(json_object('ordinal', ordinal, 'outcome', json(document)) ORDER BY key) AS BLOB)
            FROM outcome
            GROUP BY job, key / 256;
        CREATE INDEX outcome_page_by_job ON outcome_page (job);
        DROP TABLE outcome;
        CREATE VIEW outcome AS
            SELECT job, ordinal, document, document ->> 'phase' AS phase, document ->> 'reason' AS reason, document ->> 'effect' AS effect
            FROM (
                SELECT
                    page.job AS job,
                    item.value ->> 'ordinal' AS ordinal,
                    item.value -> 'outcome' AS document,
                    row_number() OVER (PARTITION BY page.job, item.value ->> 'ordinal' ORDER BY page.key DESC, item.key DESC) AS age
                FROM outcome_page AS page, json_each(CAST(page.document AS TEXT)) AS item
            )
            WHERE age = 1;
        """;

    /// <summary>
    /// Programs that were started together are one row: an array of what <see cref="StoredProgram"/> is. Nothing is removed from a page before its job is: a program is of interest until an
    /// outcome of its target comes, which is in a page of outcomes behind the last one (<c>after_page</c>) that the job had when the program was noted.
    /// </summary>
    private const string ProgramPages = """
        CREATE TABLE program_page (
            key INTEGER PRIMARY KEY,
            job INTEGER NOT NULL,
            after_page INTEGER NOT NULL,
            document BLOB NOT NULL
        );
        INSERT INTO program_page (job, after_page, document)
            SELECT job, (SELECT ifnull(max(key), 0) FROM outcome_page WHERE outcome_page.job = program.job),
                CAST(json_group_array(json_object('ordinal', ordinal, 'program', json_object('pid', pid, 'agent', agent))) AS BLOB)
            FROM program
            GROUP BY job, ordinal / 1024;
        CREATE INDEX program_page_by_job ON program_page (job);
        DROP TABLE program;
        """;
}
