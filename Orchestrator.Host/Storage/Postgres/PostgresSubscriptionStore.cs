using System.Text.Json;
using Npgsql;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.Events.Subscriptions;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Host.Storage.Postgres;

/// <summary>
/// Webhook subscriptions and their dead letters, for the node of a cluster that has their duty. A write whose claim is lost fails with a
/// <see cref="SubscriptionStoreException"/> around the <see cref="DutyLostException"/>.
/// </summary>
internal sealed class PostgresSubscriptionStore(PostgresConnections connections, DutyClaim claim) : ISubscriptionStore
{
    private const string LetterColumns = "key, type, subject, document, reason, attempts, failed_at";

    private const string Add = """
        INSERT INTO subscription (id, created_at, spec, secret, previous_secret, previous_until, cursor, delivered, failed, pause_cause, pause_reason)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (id) DO NOTHING
        """;

    private const string AddLetters = """
        INSERT INTO dead_letter (subscription, id, type, subject, document, reason, attempts, failed_at)
        SELECT subscription.id, came.id, type, subject, document, reason, attempts, failed_at
        FROM subscription, unnest($2::uuid[], $3::text[], $4::text[], $5::bytea[], $6::text[], $7::integer[], $8::bigint[])
            WITH ORDINALITY AS came (id, type, subject, document, reason, attempts, failed_at, place)
        WHERE subscription.id = $1
        ORDER BY place
        ON CONFLICT (id) DO NOTHING
        """;

    /// <inheritdoc/>
    public Task<IReadOnlyList<Subscription>> LoadAsync() => ReadAsync(
        """
        SELECT id, created_at, spec, secret, previous_secret, previous_until, cursor, delivered, failed, pause_cause, pause_reason,
            (SELECT count(*) FROM dead_letter WHERE dead_letter.subscription = subscription.id)
        FROM subscription ORDER BY id
        """,
        SubscriptionRow.ReadSubscription);

    /// <inheritdoc/>
    public Task AddAsync(Subscription subscription) => WriteAsync(new PostgresStatement(
        Add,
        subscription.Id,
        subscription.CreatedAt.ToUnixTimeMilliseconds(),
        JsonSerializer.SerializeToUtf8Bytes(StoredSubscriptionSpec.Of(subscription.Spec), StoreJson.Default.StoredSubscriptionSpec),
        subscription.Secrets.Current,
        PostgresSql.Text(subscription.Secrets.Previous),
        PostgresSql.Number(subscription.Secrets.PreviousUntil?.ToUnixTimeMilliseconds()),
        subscription.Progress.Cursor.ToString(),
        subscription.Progress.Delivered,
        subscription.Progress.Failed,
        PostgresSql.Text(subscription.Pause?.Cause.ToString()),
        PostgresSql.Text(PostgresSql.Prose(subscription.Pause?.Reason))));

    /// <inheritdoc/>
    public Task RemoveAsync(string id) => WriteAsync(new PostgresStatement("DELETE FROM subscription WHERE id = $1", id));

    /// <inheritdoc/>
    public async Task<int?> SaveAsync(string id, SubscriptionChange change)
    {
        int? letters = null;
        await WriteAsync([.. StatementsOf(id, change, count => letters = count)]).ConfigureAwait(false);
        return letters;
    }

    /// <inheritdoc/>
    public Task SavePauseAsync(string id, SubscriptionPause? pause) => WriteAsync(new PostgresStatement(
        "UPDATE subscription SET pause_cause = $2, pause_reason = $3 WHERE id = $1",
        id,
        PostgresSql.Text(pause?.Cause.ToString()),
        PostgresSql.Text(PostgresSql.Prose(pause?.Reason))));

    /// <inheritdoc/>
    public Task SaveSecretsAsync(string id, WebhookSecrets secrets) => WriteAsync(new PostgresStatement(
        "UPDATE subscription SET secret = $2, previous_secret = $3, previous_until = $4 WHERE id = $1",
        id,
        secrets.Current,
        PostgresSql.Text(secrets.Previous),
        PostgresSql.Number(secrets.PreviousUntil?.ToUnixTimeMilliseconds())));

    /// <inheritdoc/>
    public Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(string id, long after, int max) =>
        ReadAsync($"SELECT {LetterColumns} FROM dead_letter WHERE subscription = $1 AND key > $2 ORDER BY key LIMIT $3", SubscriptionRow.ReadLetter, id, after, max);

    /// <inheritdoc/>
    public Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(string id, IReadOnlyList<long> keys) =>
        ReadAsync($"SELECT {LetterColumns} FROM dead_letter WHERE subscription = $1 AND key = ANY($2) ORDER BY key", SubscriptionRow.ReadLetter, id, keys.ToArray());

    /// <inheritdoc/>
    public Task<IReadOnlyList<long>> DeadLetterKeysAsync(string id) => ReadAsync("SELECT key FROM dead_letter WHERE subscription = $1 ORDER BY key", row => row.GetInt64(0), id);

    private static IEnumerable<PostgresStatement> StatementsOf(string id, SubscriptionChange change, Action<int?> count)
    {
        var progress = change.Progress;
        yield return new("UPDATE subscription SET cursor = $2, delivered = $3, failed = $4 WHERE id = $1", id, progress.Cursor.ToString(), progress.Delivered, progress.Failed);
        var added = change.Added;
        if (added.Count > 0)
        {
            yield return new(
                AddLetters,
                id,
                added.Select(_ => Guid.CreateVersion7()).ToArray(),
                added.Select(letter => PostgresSql.Prose(letter.Document.Type)).ToArray(),
                added.Select(letter => PostgresSql.Prose(letter.Document.Subject)).ToArray(),
                added.Select(letter => letter.Document.Json.ToArray()).ToArray(),
                added.Select(letter => PostgresSql.Prose(letter.Reason)).ToArray(),
                added.Select(letter => letter.Attempts).ToArray(),
                added.Select(letter => letter.FailedAt.ToUnixTimeMilliseconds()).ToArray());
        }
        if (change.Removed.Count > 0)
            yield return new("DELETE FROM dead_letter WHERE subscription = $1 AND key = ANY($2)", id, change.Removed.ToArray());
        if (added.Count > 0 || change.Removed.Count > 0)
            yield return new("SELECT (SELECT count(*) FROM dead_letter WHERE subscription = $1) FROM subscription WHERE id = $1", id) { Take = letters => count((int)(long)letters) };
    }

    private async Task WriteAsync(params IReadOnlyList<PostgresStatement> statements)
    {
        try
        {
            await connections.Writer.AddAsync(statements, claim).ConfigureAwait(false);
        }
        catch (JobStoreException e)
        {
            throw new SubscriptionStoreException(e.Message, e);
        }
    }

    private async Task<IReadOnlyList<T>> ReadAsync<T>(string sql, Func<NpgsqlDataReader, T> read, params IReadOnlyList<object> values)
    {
        try
        {
            return await connections.ReadAsync(connection => connection.QueryAsync(sql, read, values)).ConfigureAwait(false);
        }
        catch (JobStoreException e)
        {
            throw new SubscriptionStoreException(e.Message, e);
        }
    }
}
