namespace Orchestrator.Host.Storage;

/// <summary>The tables of a node's event log, by version. One that was released is never changed: what is new is a further entry.</summary>
internal static class EventLogSchema
{
    /// <summary>For <see cref="SqliteDatabase.OpenAsync"/>.</summary>
    public static readonly IReadOnlyList<string> Migrations = [Log, Controllers];

    /// <summary>
    /// Times are ticks since the year 1, UTC. What selectors look at and seldom changes is apart from the events, once for all that share it.
    /// <c>epoch</c> has a row for each life of the log; <c>closed</c> is 1 only between a clean end and the next start.
    /// </summary>
    private const string Log = """
        CREATE TABLE epoch (
            id INTEGER PRIMARY KEY,
            first INTEGER NOT NULL
        );
        CREATE TABLE log (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            closed INTEGER NOT NULL,
            last INTEGER NOT NULL
        );
        INSERT INTO log VALUES (1, 0, 0);
        CREATE TABLE vm (
            key INTEGER PRIMARY KEY,
            document BLOB NOT NULL UNIQUE
        );
        CREATE TABLE event (
            sequence INTEGER PRIMARY KEY,
            time INTEGER NOT NULL,
            logged INTEGER NOT NULL,
            vm INTEGER NOT NULL,
            name TEXT NOT NULL,
            guest INTEGER NOT NULL,
            incarnation INTEGER NOT NULL,
            session INTEGER NOT NULL,
            state INTEGER NOT NULL,
            agent INTEGER NOT NULL,
            data BLOB NOT NULL
        );
        """;

    /// <summary>Which controller published an event; NULL for all others.</summary>
    private const string Controllers = "ALTER TABLE event ADD COLUMN controller TEXT";
}
