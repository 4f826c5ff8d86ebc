using System.Text.Json;
using Npgsql;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Host.Storage.Postgres;

/// <summary>Changes of jobs as statements. Each may be done twice.</summary>
internal static class PostgresJobWrites
{
    private const string CreateJob = """
        INSERT INTO job (id, node, idempotency_key, command, phase, created_at, ended_at, header) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT DO NOTHING
        """;

    private const string PutPrograms = """
        INSERT INTO program (job, ordinal, pid, agent) SELECT $1, * FROM unnest($2::integer[], $3::bigint[], $4::text[])
        ON CONFLICT (job, ordinal) DO UPDATE SET pid = excluded.pid, agent = excluded.agent
        """;

    private const string PutOutcomes = """
        INSERT INTO outcome (job, ordinal, phase, reason, effect, document)
        SELECT $1, ordinal, phase, reason, effect, document
        FROM unnest($2::integer[], $3::text[], $4::text[], $5::text[], $6::text[]) WITH ORDINALITY AS came (ordinal, phase, reason, effect, document, place)
        ORDER BY place
        ON CONFLICT (job, ordinal) DO UPDATE SET phase = excluded.phase, reason = excluded.reason, effect = excluded.effect, document = excluded.document
        """;

    /// <summary>A change whose large outputs are files.</summary>
    /// <exception cref="JobStoreException">They could not be written.</exception>
    public static async Task<JobWrite> LightenAsync(JobWrite write, OutputFiles outputs) =>
        write is JobWrite.Ended ended ? ended with { Outcomes = await outputs.KeepAsync(ended.JobId, ended.Outcomes).ConfigureAwait(false) } : write;

    /// <summary>Removes a job, with all that belongs to it.</summary>
    public static Task ForgetAsync(NpgsqlConnection connection, long key) => connection.ExecuteAsync("DELETE FROM job WHERE key = $1", key);

    /// <summary>One change.</summary>
    /// <exception cref="JobStoreException">It contradicts what is there.</exception>
    public static Task ApplyAsync(NpgsqlConnection connection, JobWrite write, string node) => write switch
    {
        JobWrite.Created { Job: var job } => CreateAsync(connection, job, node),
        JobWrite.Dispatched dispatched => DispatchAsync(connection, dispatched),
        JobWrite.Started started => StartAsync(connection, started),
        JobWrite.Ended ended => EndAsync(connection, ended),
        JobWrite.Changed { Job: var job } => ChangeAsync(connection, job),
        _ => throw new ArgumentOutOfRangeException(nameof(write)),
    };

    private static async Task CreateAsync(NpgsqlConnection connection, StoredJob job, string node)
    {
        var header = job.Header;
        var isNew = await connection.ExecuteAsync(
            CreateJob,
            header.Id,
            node,
            PostgresSql.Text(job.IdempotencyKey),
            header.Command,
            header.Phase.ToString(),
            header.CreatedAt.ToUnixTimeMilliseconds(),
            PostgresSql.Number(header.EndedAt?.ToUnixTimeMilliseconds()),
            HeaderOf(header)).ConfigureAwait(false) > 0;
        // Asked after it, which waits for a node that takes the same key at the same time.
        if (!isNew && job.IdempotencyKey is { } taken && await connection.ScalarAsync("SELECT id FROM job WHERE idempotency_key = $1 AND id <> $2", taken, header.Id).ConfigureAwait(false) is string other)
            throw new JobStoreException($"the idempotency key '{taken}' belongs to the job {other}: ask for that one, or choose another key");
        var key = await KeyOfAsync(connection, header.Id).ConfigureAwait(false);
        await connection.ExecuteAsync("INSERT INTO request (job, document, targets) VALUES ($1, $2, $3) ON CONFLICT (job) DO NOTHING", key, job.Document.ToArray(), TargetList.Write(job.Targets)).ConfigureAwait(false);
    }

    private static async Task DispatchAsync(NpgsqlConnection connection, JobWrite.Dispatched dispatched) => await connection.ExecuteAsync(
        "INSERT INTO dispatch (job, attempt, ordinals) VALUES ($1, $2, $3)",
        await KeyOfAsync(connection, dispatched.JobId).ConfigureAwait(false),
        dispatched.Attempt,
        OrdinalRanges.Write(dispatched.Ordinals)).ConfigureAwait(false);

    private static async Task StartAsync(NpgsqlConnection connection, JobWrite.Started started)
    {
        var programs = started.Programs.GroupBy(program => program.Ordinal).Select(same => same.Last()).ToArray();
        await connection.ExecuteAsync(
            PutPrograms,
            await KeyOfAsync(connection, started.JobId).ConfigureAwait(false),
            programs.Select(program => program.Ordinal).ToArray(),
            programs.Select(program => program.Evidence.Pid).ToArray(),
            programs.Select(program => program.Evidence.Agent).ToArray()).ConfigureAwait(false);
    }

    private static async Task EndAsync(NpgsqlConnection connection, JobWrite.Ended ended)
    {
        var key = await KeyOfAsync(connection, ended.JobId).ConfigureAwait(false);
        // One statement changes a row once: of several outcomes of one place the last counts, where the first was.
        var outcomes = ended.Outcomes.GroupBy(item => item.Ordinal).Select(same => same.Last()).ToArray();
        var ordinals = outcomes.Select(item => item.Ordinal).ToArray();
        await connection.ExecuteAsync(
            PutOutcomes,
            key,
            ordinals,
            outcomes.Select(item => item.Outcome.Phase.ToString()).ToArray(),
            outcomes.Select(item => item.Outcome.Reason).ToArray(),
            outcomes.Select(item => item.Outcome.Effect.ToString()).ToArray(),
            outcomes.Select(item => JsonSerializer.Serialize(item.Outcome, StoreJson.Default.Outcome)).ToArray()).ConfigureAwait(false);
        await connection.ExecuteAsync("DELETE FROM program WHERE job = $1 AND ordinal = ANY($2)", key, ordinals).ConfigureAwait(false);
    }

    private static async Task ChangeAsync(NpgsqlConnection connection, JobSnapshot job) => await connection.ExecuteAsync(
        "UPDATE job SET phase = $2, ended_at = $3, header = $4 WHERE key = $1",
        await KeyOfAsync(connection, job.Id).ConfigureAwait(false),
        job.Phase.ToString(),
        PostgresSql.Number(job.EndedAt?.ToUnixTimeMilliseconds()),
        HeaderOf(job)).ConfigureAwait(false);

    private static string HeaderOf(JobSnapshot job) => JsonSerializer.Serialize(job, StoreJson.Default.JobSnapshot);

    private static async Task<long> KeyOfAsync(NpgsqlConnection connection, string jobId) =>
        await connection.ScalarAsync("SELECT key FROM job WHERE id = $1", jobId).ConfigureAwait(false) as long?
        ?? throw new JobStoreException($"there is no job {jobId} in the store, or it was forgotten");
}
