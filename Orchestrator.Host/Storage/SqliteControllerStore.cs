using System.Text;
using Orchestrator.Actors.Controllers.Storage;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Host.Storage;

/// <summary>Controllers' places in the log and their values, in the node's own database.</summary>
internal sealed class SqliteControllerStore(SqliteDatabase database) : IControllerStore
{
    /// <inheritdoc/>
    public Task<StoredController?> LoadAsync(string controller) => ExplainAsync(database.ReadAsync(session => Load(session, controller)));

    /// <inheritdoc/>
    public async Task SaveAsync(ControllerCheckpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        try
        {
            await database.WriteAsync(session => Save(session, checkpoint)).ConfigureAwait(false);
        }
        catch (JobStoreException e)
        {
            throw new ControllerStoreException(e.Message, e);
        }
    }

    private static StoredController? Load(SqliteSession session, string controller)
    {
        var found = session.Query("SELECT cursor, paused FROM controller WHERE name = ?1", row => (Cursor: CursorOf(row.GetString(0)), IsPaused: row.GetInt64(1) != 0), controller);
        if (found.Count == 0)
            return null;
        var values = session.Query(
            "SELECT instance, CAST(key AS BLOB), CAST(value AS BLOB) FROM controller_value WHERE controller = ?1",
            row => (Instance: row.GetString(0), Key: Encoding.UTF8.GetString(row.GetFieldValue<byte[]>(1)), Value: Encoding.UTF8.GetString(row.GetFieldValue<byte[]>(2))),
            controller)
            .GroupBy(value => value.Instance, StringComparer.Ordinal).ToDictionary(group => group.Key, group => (IReadOnlyDictionary<string, string>)group.ToDictionary(value => value.Key, value => value.Value, StringComparer.Ordinal), StringComparer.Ordinal);
        var instances = session.Query(
            "SELECT key, born, cursor, starts, ticks FROM controller_instance WHERE controller = ?1",
            row => (Key: row.GetString(0), Mark: new InstanceMark(row.GetInt64(1), CursorOf(row.GetString(2)), row.GetInt64(3), row.GetInt64(4))),
            controller);
        var failures = session.Query(
            "SELECT time, instance, work, event, vm, attempts, error FROM controller_failure WHERE controller = ?1 ORDER BY id",
            row => new FailedWork(
                DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(0)), row.GetString(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3), row.IsDBNull(4) ? null : row.GetString(4), row.GetInt32(5), row.GetString(6)),
            controller);
        return new StoredController(found[0].Cursor, found[0].IsPaused, instances.ToDictionary(instance => instance.Key, instance => new StoredInstance(instance.Mark, values.GetValueOrDefault(instance.Key) ?? new Dictionary<string, string>()), StringComparer.Ordinal), failures);
    }

    private static void Save(SqliteSession session, ControllerCheckpoint checkpoint)
    {
        var name = checkpoint.Controller;
        session.Execute("INSERT INTO controller (name, cursor, paused) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO UPDATE SET cursor = ?2, paused = ?3", name, checkpoint.Cursor.ToString(), checkpoint.IsPaused ? 1 : 0);
        foreach (var (key, change) in checkpoint.Instances)
        {
            var mark = change.Mark;
            session.Execute(
                "INSERT INTO controller_instance (controller, key, born, cursor, starts, ticks) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (controller, key) DO UPDATE SET born = ?3, cursor = ?4, starts = ?5, ticks = ?6",
                name,
                key,
                mark.Born,
                mark.Cursor.ToString(),
                mark.Starts,
                mark.Ticks);
            foreach (var (item, value) in change.State)
                Set(session, name, key, item, value);
        }
        foreach (var key in checkpoint.Forgotten)
        {
            session.Execute("DELETE FROM controller_instance WHERE controller = ?1 AND key = ?2", name, key);
            session.Execute("DELETE FROM controller_value WHERE controller = ?1 AND instance = ?2", name, key);
        }
        AddFailures(session, checkpoint);
    }

    /// <summary>Keys and values go in as bytes: as text they would end at their first NUL.</summary>
    private static void Set(SqliteSession session, string controller, string instance, string key, string? value)
    {
        var keyBytes = Encoding.UTF8.GetBytes(key);
        if (value is null)
            session.Execute("DELETE FROM controller_value WHERE controller = ?1 AND instance = ?2 AND key = CAST(?3 AS TEXT)", controller, instance, keyBytes);
        else
            session.Execute("INSERT INTO controller_value (controller, instance, key, value) VALUES (?1, ?2, CAST(?3 AS TEXT), CAST(?4 AS TEXT)) ON CONFLICT (controller, instance, key) DO UPDATE SET value = excluded.value", controller, instance, keyBytes, Encoding.UTF8.GetBytes(value));
    }

    private static void AddFailures(SqliteSession session, ControllerCheckpoint checkpoint)
    {
        foreach (var failure in checkpoint.Failures)
        {
            session.Execute(
                "INSERT INTO controller_failure (controller, time, instance, work, event, vm, attempts, error) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                checkpoint.Controller,
                failure.Time.ToUnixTimeMilliseconds(),
                failure.Instance,
                failure.Work,
                failure.Event,
                failure.VmName,
                failure.Attempts,
                failure.Error);
        }
        if (checkpoint.Failures.Count > 0)
            session.Execute("DELETE FROM controller_failure WHERE controller = ?1 AND id NOT IN (SELECT id FROM controller_failure WHERE controller = ?1 ORDER BY id DESC LIMIT ?2)", checkpoint.Controller, FailedWork.MaxKept);
    }

    private static EventCursor CursorOf(string text) => EventCursor.TryParse(text, out var cursor) ? cursor : throw new ControllerStoreException($"'{text}' is no cursor: the node's database is damaged");

    private static async Task<T> ExplainAsync<T>(Task<T> asked)
    {
        try
        {
            return await asked.ConfigureAwait(false);
        }
        catch (JobStoreException e)
        {
            throw new ControllerStoreException(e.Message, e);
        }
    }
}
