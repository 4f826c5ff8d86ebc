using System.Text.Json;
using Npgsql;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Host.Storage.Postgres;

/// <summary>Questions about jobs as statements.</summary>
internal static class PostgresJobReads
{
    /// <summary>The jobs of a condition, oldest first.</summary>
    public static Task<List<long>> KeysAsync(NpgsqlConnection connection, string which, params IReadOnlyList<object> values) =>
        connection.QueryAsync($"SELECT key FROM job WHERE {which} ORDER BY id", row => row.GetInt64(0), values);

    /// <summary>One job as it stands.</summary>
    public static async Task<StoredJob> JobAsync(NpgsqlConnection connection, long key)
    {
        var job = (await connection.QueryAsync(
            "SELECT header, idempotency_key, document, targets FROM job JOIN request ON request.job = job.key WHERE job.key = $1",
            row => new StoredJob
            {
                Header = HeaderOf(row),
                IdempotencyKey = row.IsDBNull(1) ? null : row.GetString(1),
                Document = row.GetFieldValue<byte[]>(2),
                Targets = TargetList.Read(row.GetFieldValue<byte[]>(3)),
            },
            key).ConfigureAwait(false))[0];
        var programs = await connection.QueryAsync(
            "SELECT ordinal, pid, agent FROM program WHERE job = $1",
            row => (row.GetInt32(0), new ExecEvidence(row.GetInt64(1), row.IsDBNull(2) ? null : row.GetString(2))),
            key).ConfigureAwait(false);
        return job with
        {
            Dispatched = await DispatchedAsync(connection, key).ConfigureAwait(false),
            Started = programs.ToDictionary(),
            Outcomes = await connection.QueryAsync("SELECT ordinal, document FROM outcome WHERE job = $1 ORDER BY key", row => (row.GetInt32(0), OutcomeOf(row)), key).ConfigureAwait(false),
        };
    }

    /// <summary>Headers, newest first; of some partitions or of all.</summary>
    public static async Task<IReadOnlyList<JobSnapshot>> ListAsync(NpgsqlConnection connection, JobFilter filter, string? partitions)
    {
        var conditions = new List<string>();
        var values = new List<object> { filter.Limit };
        Add("right(id, 1) = ", partitions?.Length == 1 ? partitions : null);
        Add("position(right(id, 1) in ", partitions?.Length > 1 ? partitions : null, ") > 0");
        Add("id < ", filter.Before);
        Add("phase = ", filter.Phase?.ToString());
        Add("command = ", filter.Command);
        Add("created_at >= ", filter.Since?.ToUnixTimeMilliseconds());
        var where = conditions.Count == 0 ? "" : $"WHERE {string.Join(" AND ", conditions)}";
        return await connection.QueryAsync($"SELECT header FROM job {where} ORDER BY id DESC LIMIT $1", HeaderOf, values).ConfigureAwait(false);

        void Add(string condition, object? value, string rest = "")
        {
            if (value is null)
                return;
            values.Add(value);
            conditions.Add($"{condition}${values.Count}{rest}");
        }
    }

    /// <summary>The ended jobs of one partition, or of all, that are beyond a number, or ended before a time in Unix milliseconds; oldest end first.</summary>
    public static Task<List<long>> SurplusAsync(NpgsqlConnection connection, int maxJobs, long oldest, char? partition)
    {
        var mine = partition is null ? "" : "AND right(id, 1) = $3";
        return connection.QueryAsync(
            $"SELECT key FROM job WHERE (ended_at < $2 OR key IN (SELECT key FROM job WHERE ended_at IS NOT NULL {mine} ORDER BY ended_at DESC, id DESC OFFSET $1)) {mine} ORDER BY ended_at, id",
            row => row.GetInt64(0),
            partition is { } one ? [maxJobs, oldest, one.ToString()] : [maxJobs, oldest]);
    }

    private static async Task<Dictionary<int, int>> DispatchedAsync(NpgsqlConnection connection, long key)
    {
        var attempts = new Dictionary<int, int>();
        foreach (var (attempt, ordinals) in await connection.QueryAsync("SELECT attempt, ordinals FROM dispatch WHERE job = $1 ORDER BY key", row => (row.GetInt32(0), row.GetFieldValue<byte[]>(1)), key).ConfigureAwait(false))
        {
            foreach (var ordinal in OrdinalRanges.Read(ordinals))
                attempts[ordinal] = attempt;
        }
        return attempts;
    }

    private static JobSnapshot HeaderOf(NpgsqlDataReader row) => JsonSerializer.Deserialize(row.GetString(0), StoreJson.Default.JobSnapshot)!;

    private static Outcome OutcomeOf(NpgsqlDataReader row) => JsonSerializer.Deserialize(row.GetString(1), StoreJson.Default.Outcome)!;
}
