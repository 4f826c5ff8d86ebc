using System.Text;
using Npgsql;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.Controllers.Storage;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Host.Storage.Postgres;

/// <summary>
/// Controllers' places in the logs and their values, for the node of a cluster that has their duty. A write whose claim is lost fails with a
/// <see cref="ControllerStoreException"/> around the <see cref="DutyLostException"/>.
/// </summary>
internal sealed class PostgresControllerStore(PostgresConnections connections, DutyClaim claim) : IControllerStore
{
    private const string PutInstances = """
        INSERT INTO controller_instance (controller, key, born, cursor, starts, ticks)
        SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[])
        ON CONFLICT (controller, key) DO UPDATE SET born = excluded.born, cursor = excluded.cursor, starts = excluded.starts, ticks = excluded.ticks
        """;

    private const string RemoveValues = """
        DELETE FROM controller_value USING unnest($2::text[], $3::bytea[]) AS gone (instance, key)
        WHERE controller = $1 AND controller_value.instance = gone.instance AND sha256(controller_value.key) = sha256(gone.key)
        """;

    private const string PutValues = """
        INSERT INTO controller_value (controller, instance, key, value) SELECT $1, * FROM unnest($2::text[], $3::bytea[], $4::bytea[])
        ON CONFLICT (controller, instance, sha256(key)) DO UPDATE SET value = excluded.value
        """;

    private const string AddFailures = """
        INSERT INTO controller_failure (controller, id, time, instance, work, event, vm, attempts, error)
        SELECT $1, id, time, instance, work, event, vm, attempts, error
        FROM unnest($2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::integer[], $9::text[])
            WITH ORDINALITY AS came (id, time, instance, work, event, vm, attempts, error, place)
        ORDER BY place
        ON CONFLICT (id) DO NOTHING
        """;

    private const string TrimFailures = """
        DELETE FROM controller_failure
        WHERE controller = $1 AND key NOT IN (SELECT key FROM controller_failure WHERE controller = $1 ORDER BY key DESC LIMIT $2)
        """;

    /// <inheritdoc/>
    public async Task<StoredController?> LoadAsync(string controller)
    {
        try
        {
            return await connections.ReadAsync(connection => LoadAsync(connection, controller)).ConfigureAwait(false);
        }
        catch (JobStoreException e)
        {
            throw new ControllerStoreException(e.Message, e);
        }
    }

    /// <inheritdoc/>
    public async Task SaveAsync(ControllerCheckpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        var ids = checkpoint.Failures.Select(_ => Guid.CreateVersion7()).ToArray();
        try
        {
            await connections.Writer.AddAsync([.. StatementsOf(checkpoint, ids)], claim).ConfigureAwait(false);
        }
        catch (JobStoreException e)
        {
            throw new ControllerStoreException(e.Message, e);
        }
    }

    private static async Task<StoredController?> LoadAsync(NpgsqlConnection connection, string controller)
    {
        var found = await connection.QueryAsync("SELECT cursor, paused FROM controller WHERE name = $1", row => (Cursor: CursorOf(row.GetString(0)), IsPaused: row.GetBoolean(1)), controller).ConfigureAwait(false);
        if (found.Count == 0)
            return null;
        var values = (await connection.QueryAsync(
                "SELECT instance, key, value FROM controller_value WHERE controller = $1",
                row => (Instance: row.GetString(0), Key: TextOf(row.GetFieldValue<byte[]>(1)), Value: TextOf(row.GetFieldValue<byte[]>(2))),
                controller).ConfigureAwait(false))
            .ToLookup(value => value.Instance, StringComparer.Ordinal);
        var instances = await connection.QueryAsync(
            "SELECT key, born, cursor, starts, ticks FROM controller_instance WHERE controller = $1",
            row => (Key: row.GetString(0), Mark: new InstanceMark(row.GetInt64(1), CursorOf(row.GetString(2)), row.GetInt64(3), row.GetInt64(4))),
            controller).ConfigureAwait(false);
        var failures = await connection.QueryAsync(
            "SELECT time, instance, work, event, vm, attempts, error FROM controller_failure WHERE controller = $1 ORDER BY key",
            row => new FailedWork(
                DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(0)), row.GetString(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3), row.IsDBNull(4) ? null : row.GetString(4), row.GetInt32(5), row.GetString(6)),
            controller).ConfigureAwait(false);
        return new StoredController(
            found[0].Cursor,
            found[0].IsPaused,
            instances.ToDictionary(instance => instance.Key, instance => new StoredInstance(instance.Mark, values[instance.Key].ToDictionary(value => value.Key, value => value.Value, StringComparer.Ordinal)), StringComparer.Ordinal),
            failures);
    }

    /// <summary>A checkpoint may have moved every instance, so each kind of change is one statement.</summary>
    private static IEnumerable<PostgresStatement> StatementsOf(ControllerCheckpoint checkpoint, Guid[] failureIds)
    {
        var name = checkpoint.Controller;
        yield return new(
            "INSERT INTO controller (name, cursor, paused) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE SET cursor = excluded.cursor, paused = excluded.paused",
            name,
            checkpoint.Cursor.ToString(),
            checkpoint.IsPaused);
        if (checkpoint.Instances.Count > 0)
        {
            foreach (var statement in InstancesOf(name, checkpoint.Instances))
                yield return statement;
        }
        if (checkpoint.Forgotten.Count > 0)
        {
            object forgotten = checkpoint.Forgotten.ToArray();
            yield return new("DELETE FROM controller_instance WHERE controller = $1 AND key = ANY($2)", name, forgotten);
            yield return new("DELETE FROM controller_value WHERE controller = $1 AND instance = ANY($2)", name, forgotten);
        }
        if (checkpoint.Failures is { Count: > 0 } failures)
        {
            yield return Add(name, failures, failureIds);
            yield return new(TrimFailures, name, FailedWork.MaxKept);
        }
    }

    private static IEnumerable<PostgresStatement> InstancesOf(string name, IReadOnlyDictionary<string, InstanceChange> instances)
    {
        var marks = instances.Values.Select(change => change.Mark).ToArray();
        yield return new(
            PutInstances,
            name,
            instances.Keys.ToArray(),
            marks.Select(mark => mark.Born).ToArray(),
            marks.Select(mark => mark.Cursor.ToString()).ToArray(),
            marks.Select(mark => mark.Starts).ToArray(),
            marks.Select(mark => mark.Ticks).ToArray());
        var changes = instances.SelectMany(instance => instance.Value.State.Select(item => (Instance: instance.Key, Key: BytesOf(item.Key), item.Value))).ToLookup(change => change.Value is null);
        if (changes[true].ToArray() is { Length: > 0 } gone)
            yield return new(RemoveValues, name, gone.Select(item => item.Instance).ToArray(), gone.Select(item => item.Key).ToArray());
        if (changes[false].ToArray() is { Length: > 0 } set)
            yield return new(PutValues, name, set.Select(item => item.Instance).ToArray(), set.Select(item => item.Key).ToArray(), set.Select(item => BytesOf(item.Value!)).ToArray());
    }

    private static PostgresStatement Add(string name, IReadOnlyList<FailedWork> failures, Guid[] ids) => new(
        AddFailures,
        name,
        ids,
        failures.Select(failure => failure.Time.ToUnixTimeMilliseconds()).ToArray(),
        failures.Select(failure => failure.Instance).ToArray(),
        failures.Select(failure => PostgresSql.Prose(failure.Work)).ToArray(),
        failures.Select(failure => PostgresSql.Prose(failure.Event)).ToArray(),
        failures.Select(failure => PostgresSql.Prose(failure.VmName)).ToArray(),
        failures.Select(failure => failure.Attempts).ToArray(),
        failures.Select(failure => PostgresSql.Prose(failure.Error)).ToArray());

    private static byte[] BytesOf(string text) => Encoding.UTF8.GetBytes(text);

    private static string TextOf(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    private static EventCursor CursorOf(string text) => EventCursor.TryParse(text, out var cursor) ? cursor : throw new JobStoreException($"'{text}' is no cursor: a newer version of this program wrote it, or the cluster's database is damaged");
}
