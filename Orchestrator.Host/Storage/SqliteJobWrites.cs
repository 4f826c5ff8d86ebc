using System.Text.Json;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Host.Storage;

/// <summary>Changes of jobs as statements. All of them run inside the writer's transaction.</summary>
internal static class SqliteJobWrites
{
    /// <summary>After so much, outputs before base64, a page has no room left: one that the runtime calls large would cost a collection of everything, every few hundred.</summary>
    private const int PageBytes = 64 * 1024;

    /// <summary>About what an outcome takes beside its outputs.</summary>
    private const int UsualBytes = 384;

    /// <summary>One change. Outputs that are too large for a row are put aside first.</summary>
    /// <exception cref="JobStoreException">It contradicts what is there.</exception>
    public static void Apply(SqliteSession session, JobWrite write, OutputFiles outputs)
    {
        switch (write)
        {
            case JobWrite.Created { Job: var job }:
                Create(session, job);
                break;
            case JobWrite.Dispatched dispatched:
                session.Execute("INSERT INTO dispatch (job, attempt, ordinals) VALUES (?1, ?2, ?3)", KeyOf(session, write.JobId), dispatched.Attempt, OrdinalRanges.Write(dispatched.Ordinals));
                break;
            case JobWrite.Started started:
                Start(session, started);
                break;
            case JobWrite.Ended ended:
                End(session, ended, outputs);
                break;
            case JobWrite.Changed { Job: var job }:
                session.Execute("UPDATE job SET phase = ?2, ended_at = ?3, header = ?4 WHERE key = ?1", KeyOf(session, job.Id), job.Phase.ToString(), job.EndedAt?.ToUnixTimeMilliseconds(), HeaderOf(job));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(write));
        }
    }

    /// <summary>Removes a job and all that belongs to it.</summary>
    public static void Forget(SqliteSession session, long key)
    {
        session.Execute("DELETE FROM outcome_page WHERE job = ?1", key);
        session.Execute("DELETE FROM dispatch WHERE job = ?1", key);
        session.Execute("DELETE FROM program_page WHERE job = ?1", key);
        session.Execute("DELETE FROM request WHERE job = ?1", key);
        session.Execute("DELETE FROM job WHERE key = ?1", key);
    }

    private static void Create(SqliteSession session, StoredJob job)
    {
        if (job.IdempotencyKey is { } taken && session.Scalar("SELECT id FROM job WHERE idempotency_key = ?1", taken) is string other)
            throw new JobStoreException($"the idempotency key '{taken}' belongs to the job {other}: ask for that one, or choose another key");
        var header = job.Header;
        session.Execute(
            "INSERT INTO job (id, idempotency_key, command, phase, created_at, ended_at, header) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            header.Id,
            job.IdempotencyKey,
            header.Command,
            header.Phase.ToString(),
            header.CreatedAt.ToUnixTimeMilliseconds(),
            header.EndedAt?.ToUnixTimeMilliseconds(),
            HeaderOf(header));
        session.Execute("INSERT INTO request (job, document, targets) VALUES (?1, ?2, ?3)", KeyOf(session, header.Id), job.Document.ToArray(), TargetList.Write(job.Targets));
    }

    private static void Start(SqliteSession session, JobWrite.Started started)
    {
        var page = started.Programs.Select(program => new StoredProgram(program.Ordinal, program.Evidence)).ToList();
        session.Execute(
            "INSERT INTO program_page (job, after_page, document) VALUES (?1, (SELECT ifnull(max(key), 0) FROM outcome_page WHERE job = ?1), ?2)",
            KeyOf(session, started.JobId),
            JsonSerializer.SerializeToUtf8Bytes(page, StoreJson.Default.ListStoredProgram));
    }

    private static void End(SqliteSession session, JobWrite.Ended ended, OutputFiles outputs)
    {
        var key = KeyOf(session, ended.JobId);
        var page = new List<StoredOutcome>(ended.Outcomes.Count);
        long bytes = 0;
        foreach (var (ordinal, outcome) in ended.Outcomes)
        {
            var kept = outputs.Keep(ended.JobId, outcome);
            page.Add(new StoredOutcome(ordinal, kept));
            bytes += UsualBytes + kept.Result.Length + (kept.Exec is { } exec ? exec.Stdout.Length + exec.Stderr.Length : 0);
            if (bytes < PageBytes)
                continue;
            Put(session, key, page);
            page.Clear();
            bytes = 0;
        }
        if (page.Count > 0)
            Put(session, key, page);
    }

    private static void Put(SqliteSession session, long key, List<StoredOutcome> page) =>
        session.Execute("INSERT INTO outcome_page (job, document) VALUES (?1, ?2)", key, JsonSerializer.SerializeToUtf8Bytes(page, StoreJson.Default.ListStoredOutcome));

    private static byte[] HeaderOf(JobSnapshot job) => JsonSerializer.SerializeToUtf8Bytes(job, StoreJson.Default.JobSnapshot);

    private static long KeyOf(SqliteSession session, string jobId) => session.Scalar("SELECT key FROM job WHERE id = ?1", jobId) as long?
        ?? throw new JobStoreException($"there is no job {jobId} in the store, or it was forgotten");
}
