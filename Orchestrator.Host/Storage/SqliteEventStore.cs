using Microsoft.Data.Sqlite;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Storage;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Actors.Vms;
using Orchestrator.Host.Serving;
using SQLitePCL;

namespace Orchestrator.Host.Storage;

/// <summary>
/// The event log of one node in a database file of its own. What was appended outlives a killed process; a machine that loses its power may lose the
/// end, and so a log that was not closed begins another epoch.
/// </summary>
internal sealed class SqliteEventStore : IEventStore, IAsyncDisposable
{
    /// <summary>Most events that one write forgets, so that appending never waits long.</summary>
    private const int MaxForgotten = 20_000;

    private const int MaxEpochs = 1_000;

    private readonly SqliteDatabase _database;
    private readonly SeenVms _vms;
    private readonly TimeProvider _time;
    private volatile bool _isBehind;

    private SqliteEventStore(SqliteDatabase database, EventLogExtent extent, TimeProvider time) => (_database, Extent, _time, _vms) = (database, extent, time, new SeenVms());

    /// <inheritdoc/>
    public EventLogExtent Extent { get; private set; }

    /// <summary>Opens the file, or makes it.</summary>
    /// <exception cref="ServeException">It cannot be opened; the message says why and what to do.</exception>
    public static async Task<SqliteEventStore> OpenAsync(string path, TimeProvider time, Action<SqliteSession>? prepare = null)
    {
        var database = await SqliteDatabase.OpenAsync(path, EventLogSchema.Migrations, prepare, survivesPowerLoss: false).ConfigureAwait(false);
        try
        {
            EventLogExtent? extent = null;
            await database.WriteAsync(session => extent = Begin(session, time.GetUtcNow().ToUnixTimeMilliseconds())).ConfigureAwait(false);
            return new SqliteEventStore(database, extent!, time);
        }
        catch (JobStoreException e)
        {
            await database.DisposeAsync().ConfigureAwait(false);
            throw new ServeException(e.Message);
        }
    }

    /// <inheritdoc/>
    public async Task AppendAsync(IReadOnlyList<FleetEvent> events)
    {
        _isBehind = true;
        await ExplainAsync(_database.WriteAsync(session => Append(session, events))).ConfigureAwait(false);
        (Extent, _isBehind) = (Extent with { Last = events[^1].Sequence }, false);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<FleetEvent>> ReadAsync(long after, int max) => await ExplainAsync(_database.ReadAsync(session => session.Query(
        """
        SELECT sequence, time, name, guest, incarnation, session, state, agent, data, vm, document, controller
        FROM event JOIN vm ON vm.key = event.vm WHERE sequence > ?1 ORDER BY sequence LIMIT ?2
        """,
        Read,
        after,
        max))).ConfigureAwait(false);

    /// <inheritdoc/>
    public Task<long> FindAsync(DateTimeOffset since) => ExplainAsync(_database.ReadAsync(session => LastBefore(session, since.UtcTicks)));

    /// <inheritdoc/>
    public async Task<long> TrimAsync(EventRetention retention)
    {
        ArgumentNullException.ThrowIfNull(retention);
        while (true)
        {
            var (first, isWithin) = (0L, true);
            await ExplainAsync(_database.WriteAsync(session => (first, isWithin) = Trim(session, retention))).ConfigureAwait(false);
            Extent = Extent with { First = first };
            if (isWithin)
                return first;
        }
    }

    /// <summary>Closes the log: its next start goes on in the same epoch, unless readers may have seen what could not be written.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_isBehind)
                await _database.WriteAsync(static session => session.Execute("UPDATE log SET closed = 1")).ConfigureAwait(false);
        }
        catch (JobStoreException)
        {
            // Then the next start begins another epoch, as after a kill.
        }
        await _database.DisposeAsync().ConfigureAwait(false);
    }

    private static EventLogExtent Begin(SqliteSession session, long now)
    {
        var last = (long)session.Scalar("SELECT max(last, (SELECT ifnull(max(sequence), 0) FROM event)) FROM log")!;
        var newest = session.Scalar("SELECT max(id) FROM epoch") as long?;
        if (newest is null || (long)session.Scalar("SELECT closed FROM log")! == 0)
            session.Execute("INSERT INTO epoch VALUES (?1, ?2)", Math.Max(now, (newest ?? 0) + 1), last + 1);
        session.Execute("DELETE FROM epoch WHERE id NOT IN (SELECT id FROM epoch ORDER BY id DESC LIMIT ?1)", MaxEpochs);
        session.Execute("UPDATE log SET closed = 0, last = ?1", last);
        return new EventLogExtent(session.Query("SELECT id, first FROM epoch ORDER BY id", row => new EventEpoch(row.GetInt64(0), row.GetInt64(1))), First(session), last);
    }

    private void Append(SqliteSession session, IReadOnlyList<FleetEvent> events)
    {
        var logged = _time.GetUtcNow().UtcTicks;
        try
        {
            foreach (var happened in events)
            {
                session.Execute(
                    "INSERT INTO event VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                    happened.Sequence,
                    happened.Time.UtcTicks,
                    logged,
                    _vms.KeyOf(session, happened),
                    happened.Name,
                    happened.Provenance == Provenance.Guest ? 1 : 0,
                    happened.Incarnation,
                    happened.Session,
                    (int)(happened.Seen?.State ?? default),
                    (int)(happened.Seen?.Agent ?? default),
                    happened.Data.ToArray(),
                    happened.Controller);
            }
            session.Execute("UPDATE log SET last = ?1", events[^1].Sequence);
        }
        catch
        {
            _vms.Forget();
            throw;
        }
    }

    /// <summary>Columns are taken from SQLite itself: the provider asks for the type of each before, which takes longer than its value.</summary>
    private FleetEvent Read(SqliteDataReader reader)
    {
        var row = reader.Handle!;
        var seen = _vms.Read(raw.sqlite3_column_int64(row, 9), () => raw.sqlite3_column_blob(row, 10).ToArray());
        var incarnation = raw.sqlite3_column_int(row, 4);
        return new FleetEvent
        {
            Sequence = raw.sqlite3_column_int64(row, 0),
            Host = seen.Host,
            Vm = seen.Id,
            VmName = seen.Name,
            Name = raw.sqlite3_column_text(row, 2).utf8_to_string(),
            Controller = raw.sqlite3_column_type(row, 11) == raw.SQLITE_NULL ? null : raw.sqlite3_column_text(row, 11).utf8_to_string(),
            Data = raw.sqlite3_column_blob(row, 8).ToArray(),
            Time = new DateTimeOffset(raw.sqlite3_column_int64(row, 1), TimeSpan.Zero),
            Provenance = raw.sqlite3_column_int(row, 3) == 1 ? Provenance.Guest : Provenance.Host,
            Incarnation = incarnation,
            Session = raw.sqlite3_column_int64(row, 5),
            Seen = seen with { State = (VmState)raw.sqlite3_column_int(row, 6), Agent = (AgentState)raw.sqlite3_column_int(row, 7), Incarnation = incarnation },
        };
    }

    private (long First, bool IsWithin) Trim(SqliteSession session, EventRetention retention)
    {
        var (first, last) = (First(session), (long)session.Scalar("SELECT last FROM log")!);
        var tooOld = LastBefore(session, (_time.GetUtcNow() - retention.MaxAge).UtcTicks);
        var used = (long)session.Scalar("SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size")!;
        var count = last - first + 1;
        // A tenth more than is too much, so that a full log is not trimmed for every batch.
        var tooMany = used > retention.MaxBytes && count > 0 ? first - 1 + Math.Max(1, (long)(count * (1 - (0.9 * retention.MaxBytes / used)))) : first - 1;
        var until = Math.Min(Math.Max(tooOld, tooMany), first - 1 + MaxForgotten);
        if (until < first)
        {
            _vms.Sweep(session);
            return (first, true);
        }
        session.Execute("DELETE FROM event WHERE sequence <= ?1", until);
        return (First(session), false);
    }

    private static long First(SqliteSession session) => (long)session.Scalar("SELECT ifnull((SELECT min(sequence) FROM event), (SELECT last + 1 FROM log))")!;

    /// <summary>The last event that was logged before a time: they are in that order.</summary>
    private static long LastBefore(SqliteSession session, long ticks)
    {
        var (low, high) = (First(session), (long)session.Scalar("SELECT last + 1 FROM log")!);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (session.Scalar("SELECT logged FROM event WHERE sequence >= ?1 ORDER BY sequence LIMIT 1", middle) is long logged && logged < ticks)
                low = middle + 1;
            else
                high = middle;
        }
        return low - 1;
    }

    private static async Task ExplainAsync(Task asked)
    {
        try
        {
            await asked.ConfigureAwait(false);
        }
        catch (JobStoreException e)
        {
            throw new EventStoreException(e.Message, e);
        }
    }

    private static async Task<T> ExplainAsync<T>(Task<T> asked)
    {
        await ExplainAsync((Task)asked).ConfigureAwait(false);
        return await asked.ConfigureAwait(false);
    }
}
