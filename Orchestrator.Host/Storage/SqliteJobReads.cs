using System.Text.Json;
using Microsoft.Data.Sqlite;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Host.Storage;

/// <summary>Questions about jobs as statements.</summary>
internal static class SqliteJobReads
{
    /// <summary>The jobs of a condition, oldest first.</summary>
    public static List<long> Keys(SqliteSession session, string which, params ReadOnlySpan<object?> values) =>
        session.Query($"SELECT key FROM job WHERE {which} ORDER BY id", row => row.GetInt64(0), values);

    /// <summary>One job as it stands.</summary>
    public static StoredJob Job(SqliteSession session, long key)
    {
        var job = session.Query(
            "SELECT header, idempotency_key, document, targets FROM job JOIN request ON request.job = job.key WHERE job.key = ?1",
            row => new StoredJob
            {
                Header = HeaderOf(row),
                IdempotencyKey = row.IsDBNull(1) ? null : row.GetString(1),
                Document = row.GetFieldValue<byte[]>(2),
                Targets = TargetList.Read(row.GetFieldValue<byte[]>(3)),
            },
            key)[0];
        var lastPages = new Dictionary<int, long>();
        var outcomes = Outcomes(session, key, lastPages);
        return job with
        {
            Dispatched = Dispatched(session, key),
            Started = Started(session, key, lastPages),
            Outcomes = outcomes,
        };
    }

    /// <summary>Headers, newest first.</summary>
    public static IReadOnlyList<JobSnapshot> List(SqliteSession session, JobFilter filter)
    {
        var conditions = new List<string>();
        var values = new List<object?> { filter.Limit };
        Add("id < ", filter.Before);
        Add("phase = ", filter.Phase?.ToString());
        Add("command = ", filter.Command);
        Add("created_at >= ", filter.Since?.ToUnixTimeMilliseconds());
        var where = conditions.Count == 0 ? "" : $"WHERE {string.Join(" AND ", conditions)}";
        return session.Query($"SELECT header FROM job {where} ORDER BY id DESC LIMIT ?1", HeaderOf, [.. values]);

        void Add(string condition, object? value)
        {
            if (value is null)
                return;
            values.Add(value);
            conditions.Add($"{condition}?{values.Count}");
        }
    }

    /// <summary>The ended jobs that are beyond a number, or ended before a time in Unix milliseconds; oldest end first.</summary>
    public static List<long> Surplus(SqliteSession session, int maxJobs, long oldest) => session.Query(
        "SELECT key FROM job WHERE ended_at < ?2 OR key IN (SELECT key FROM job WHERE ended_at IS NOT NULL ORDER BY ended_at DESC, id DESC LIMIT -1 OFFSET ?1) ORDER BY ended_at, id",
        row => row.GetInt64(0),
        maxJobs,
        oldest);

    private static Dictionary<int, int> Dispatched(SqliteSession session, long key)
    {
        var attempts = new Dictionary<int, int>();
        foreach (var (attempt, ordinals) in session.Query("SELECT attempt, ordinals FROM dispatch WHERE job = ?1 ORDER BY key", row => (row.GetInt32(0), row.GetFieldValue<byte[]>(1)), key))
        {
            foreach (var ordinal in OrdinalRanges.Read(ordinals))
                attempts[ordinal] = attempt;
        }
        return attempts;
    }

    /// <summary>The newest program of each target, unless an outcome came after it.</summary>
    private static Dictionary<int, ExecEvidence> Started(SqliteSession session, long key, Dictionary<int, long> lastPages)
    {
        var started = new Dictionary<int, ExecEvidence>();
        foreach (var (after, programs) in session.Query("SELECT after_page, document FROM program_page WHERE job = ?1 ORDER BY key", row => (row.GetInt64(0), ProgramsOf(row)), key))
        {
            foreach (var (ordinal, program) in programs.Where(program => lastPages.GetValueOrDefault(program.Ordinal) <= after))
                started[ordinal] = program;
        }
        return started;
    }

    /// <summary>Each in the place where its ordinal came first, as it came last; and the page of that.</summary>
    private static List<(int Ordinal, Outcome Outcome)> Outcomes(SqliteSession session, long key, Dictionary<int, long> lastPages)
    {
        var outcomes = new List<(int Ordinal, Outcome Outcome)>();
        var places = new Dictionary<int, int>();
        foreach (var (number, page) in session.Query("SELECT key, document FROM outcome_page WHERE job = ?1 ORDER BY key", row => (row.GetInt64(0), PageOf(row)), key))
        {
            foreach (var (ordinal, outcome) in page)
            {
                lastPages[ordinal] = number;
                if (places.TryAdd(ordinal, outcomes.Count))
                    outcomes.Add((ordinal, outcome));
                else
                    outcomes[places[ordinal]] = (ordinal, outcome);
            }
        }
        return outcomes;
    }

    private static JobSnapshot HeaderOf(SqliteDataReader row) => JsonSerializer.Deserialize(row.GetFieldValue<byte[]>(0), StoreJson.Default.JobSnapshot)!;

    private static List<StoredOutcome> PageOf(SqliteDataReader row) => JsonSerializer.Deserialize(row.GetFieldValue<byte[]>(1), StoreJson.Default.ListStoredOutcome)!;

    private static List<StoredProgram> ProgramsOf(SqliteDataReader row) => JsonSerializer.Deserialize(row.GetFieldValue<byte[]>(1), StoreJson.Default.ListStoredProgram)!;
}
