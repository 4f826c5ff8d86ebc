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

    /// <summary>Done twice, it changes the row that is there to what it is: no row is one without its job.</summary>
    private const string CreateRequest = """
        INSERT INTO request (job, document, targets) SELECT key, $2, $3 FROM job WHERE id = $1
        ON CONFLICT (job) DO UPDATE SET job = excluded.job
        """;

    private const string PutDispatch = "INSERT INTO dispatch (job, attempt, ordinals) SELECT key, $2, $3 FROM job WHERE id = $1";

    private const string PutPrograms = """
        INSERT INTO program (job, ordinal, pid, agent)
        SELECT key, came.* FROM job, unnest($2::integer[], $3::bigint[], $4::text[]) AS came WHERE id = $1
        ON CONFLICT (job, ordinal) DO UPDATE SET pid = excluded.pid, agent = excluded.agent
        """;

    private const string PutOutcomes = """
        INSERT INTO outcome (job, ordinal, phase, reason, effect, document)
        SELECT job.key, came.ordinal, came.phase, came.reason, came.effect, came.document
        FROM job, unnest($2::integer[], $3::text[], $4::text[], $5::text[], $6::text[]) WITH ORDINALITY AS came (ordinal, phase, reason, effect, document, place)
        WHERE job.id = $1
        ORDER BY came.place
        ON CONFLICT (job, ordinal) DO UPDATE SET phase = excluded.phase, reason = excluded.reason, effect = excluded.effect, document = excluded.document
        """;

    /// <summary>Changes whose large outputs are files.</summary>
    /// <exception cref="JobStoreException">They could not be written.</exception>
    public static async Task<IReadOnlyList<JobWrite>> LightenAsync(IReadOnlyList<JobWrite> writes, OutputFiles outputs)
    {
        var light = new List<JobWrite>(writes.Count);
        foreach (var write in writes)
            light.Add(write is JobWrite.Ended ended ? ended with { Outcomes = await outputs.KeepAsync(ended.JobId, ended.Outcomes).ConfigureAwait(false) } : write);
        return light;
    }

    /// <summary>How long changes may wait to be written: somebody waits for a new job.</summary>
    public static TimeSpan? PatienceOf(IReadOnlyList<JobWrite> writes) => writes.Any(write => write is JobWrite.Created) ? PostgresWriter.AcceptPatience : null;

    /// <summary>Removes a job, with all that belongs to it.</summary>
    public static PostgresStatement Forget(long key) => new("DELETE FROM job WHERE key = $1", key);

    /// <summary>The statements of one change. Those of a change that contradicts what is there are refused with a <see cref="JobStoreException"/>.</summary>
    public static IReadOnlyList<PostgresStatement> StatementsOf(JobWrite write, string node) => write switch
    {
        JobWrite.Created { Job: var job } => Create(job, node),
        JobWrite.Dispatched dispatched => [Dispatch(dispatched)],
        JobWrite.Started { Programs.Count: 0 } or JobWrite.Ended { Outcomes.Count: 0 } => [],
        JobWrite.Started started => [Start(started)],
        JobWrite.Ended ended => End(ended),
        JobWrite.Changed { Job: var job } => [Change(job)],
        _ => throw new ArgumentOutOfRangeException(nameof(write)),
    };

    private static PostgresStatement[] Create(StoredJob job, string node)
    {
        var header = job.Header;
        return
        [
            // It waits for a node that takes the same key at the same time.
            new(
                CreateJob,
                header.Id,
                node,
                PostgresSql.Text(job.IdempotencyKey),
                header.Command,
                header.Phase.ToString(),
                header.CreatedAt.ToUnixTimeMilliseconds(),
                PostgresSql.Number(header.EndedAt?.ToUnixTimeMilliseconds()),
                HeaderOf(header)),
            new(CreateRequest, header.Id, job.Document.ToArray(), TargetList.Write(job.Targets)) { WhenNone = connection => NotCreatedAsync(connection, header.Id, job.IdempotencyKey) },
        ];
    }

    private static PostgresStatement Dispatch(JobWrite.Dispatched dispatched) =>
        new(PutDispatch, dispatched.JobId, dispatched.Attempt, OrdinalRanges.Write(dispatched.Ordinals)) { WhenNone = NoJob(dispatched.JobId) };

    private static PostgresStatement Start(JobWrite.Started started)
    {
        var programs = started.Programs.GroupBy(program => program.Ordinal).Select(same => same.Last()).ToArray();
        return new(
            PutPrograms,
            started.JobId,
            programs.Select(program => program.Ordinal).ToArray(),
            programs.Select(program => program.Evidence.Pid).ToArray(),
            programs.Select(program => program.Evidence.Agent).ToArray())
        { WhenNone = NoJob(started.JobId) };
    }

    private static PostgresStatement[] End(JobWrite.Ended ended)
    {
        // One statement changes a row once: of several outcomes of one place the last counts, where the first was.
        var outcomes = ended.Outcomes.GroupBy(item => item.Ordinal).Select(same => same.Last()).ToArray();
        var ordinals = outcomes.Select(item => item.Ordinal).ToArray();
        return
        [
            new(
                PutOutcomes,
                ended.JobId,
                ordinals,
                outcomes.Select(item => item.Outcome.Phase.ToString()).ToArray(),
                outcomes.Select(item => item.Outcome.Reason).ToArray(),
                outcomes.Select(item => item.Outcome.Effect.ToString()).ToArray(),
                outcomes.Select(item => JsonSerializer.Serialize(item.Outcome, StoreJson.Default.Outcome)).ToArray())
            { WhenNone = NoJob(ended.JobId) },
            new("DELETE FROM program USING job WHERE job.id = $1 AND program.job = job.key AND ordinal = ANY($2)", ended.JobId, ordinals),
        ];
    }

    private static PostgresStatement Change(JobSnapshot job) =>
        new("UPDATE job SET phase = $2, ended_at = $3, header = $4 WHERE id = $1", job.Id, job.Phase.ToString(), PostgresSql.Number(job.EndedAt?.ToUnixTimeMilliseconds()), HeaderOf(job)) { WhenNone = NoJob(job.Id) };

    private static string HeaderOf(JobSnapshot job) => JsonSerializer.Serialize(job, StoreJson.Default.JobSnapshot);

    private static Func<NpgsqlConnection, Task<Exception>> NoJob(string id) => _ => Task.FromResult<Exception>(new JobStoreException($"there is no job {id} in the store, or it was forgotten"));

    private static async Task<Exception> NotCreatedAsync(NpgsqlConnection connection, string id, string? key)
    {
        var other = key is null ? null : await connection.ScalarAsync("SELECT id FROM job WHERE idempotency_key = $1", key).ConfigureAwait(false) as string;
        return new JobStoreException(other is null ? $"the job {id} could not be kept: another write was in its way" : $"the idempotency key '{key}' belongs to the job {other}: ask for that one, or choose another key");
    }
}
