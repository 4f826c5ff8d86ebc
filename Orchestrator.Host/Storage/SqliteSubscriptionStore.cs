using System.Text.Json;
using Orchestrator.Actors.Events.Subscriptions;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Host.Storage;

/// <summary>Webhook subscriptions and their dead letters in the node's own database, which only its user can read.</summary>
internal sealed class SqliteSubscriptionStore(SqliteDatabase database) : ISubscriptionStore
{
    private const string LetterColumns = "key, type, subject, document, reason, attempts, failed_at";

    /// <inheritdoc/>
    public Task<IReadOnlyList<Subscription>> LoadAsync() => ReadAsync<IReadOnlyList<Subscription>>(session => session.Query(
        """
        SELECT id, created_at, spec, secret, previous_secret, previous_until, cursor, delivered, failed, pause_cause, pause_reason,
            (SELECT count(*) FROM dead_letter WHERE dead_letter.subscription = subscription.id)
        FROM subscription ORDER BY id
        """,
        SubscriptionRow.ReadSubscription));

    /// <inheritdoc/>
    public Task AddAsync(Subscription subscription) => WriteAsync(session => session.Execute(
        """
        INSERT INTO subscription (id, created_at, spec, secret, previous_secret, previous_until, cursor, delivered, failed, pause_cause, pause_reason)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
        """,
        subscription.Id,
        subscription.CreatedAt.ToUnixTimeMilliseconds(),
        JsonSerializer.SerializeToUtf8Bytes(StoredSubscriptionSpec.Of(subscription.Spec), StoreJson.Default.StoredSubscriptionSpec),
        subscription.Secrets.Current,
        subscription.Secrets.Previous,
        subscription.Secrets.PreviousUntil?.ToUnixTimeMilliseconds(),
        subscription.Progress.Cursor.ToString(),
        subscription.Progress.Delivered,
        subscription.Progress.Failed,
        subscription.Pause?.Cause.ToString(),
        subscription.Pause?.Reason));

    /// <inheritdoc/>
    public Task RemoveAsync(string id) => WriteAsync(session =>
    {
        session.Execute("DELETE FROM dead_letter WHERE subscription = ?1", id);
        session.Execute("DELETE FROM subscription WHERE id = ?1", id);
    });

    /// <inheritdoc/>
    public async Task<int?> SaveAsync(string id, SubscriptionChange change)
    {
        int? letters = null;
        await WriteAsync(session => letters = Save(session, id, change)).ConfigureAwait(false);
        return letters;
    }

    /// <inheritdoc/>
    public Task SavePauseAsync(string id, SubscriptionPause? pause) =>
        WriteAsync(session => session.Execute("UPDATE subscription SET pause_cause = ?2, pause_reason = ?3 WHERE id = ?1", id, pause?.Cause.ToString(), pause?.Reason));

    /// <inheritdoc/>
    public Task SaveSecretsAsync(string id, WebhookSecrets secrets) => WriteAsync(session => session.Execute(
        "UPDATE subscription SET secret = ?2, previous_secret = ?3, previous_until = ?4 WHERE id = ?1",
        id,
        secrets.Current,
        secrets.Previous,
        secrets.PreviousUntil?.ToUnixTimeMilliseconds()));

    /// <inheritdoc/>
    public Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(string id, long after, int max) => ReadAsync<IReadOnlyList<DeadLetter>>(session =>
        session.Query($"SELECT {LetterColumns} FROM dead_letter WHERE subscription = ?1 AND key > ?2 ORDER BY key LIMIT ?3", SubscriptionRow.ReadLetter, id, after, max));

    /// <inheritdoc/>
    public Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(string id, IReadOnlyList<long> keys) => ReadAsync<IReadOnlyList<DeadLetter>>(session =>
        [.. keys.Order().SelectMany(key => session.Query($"SELECT {LetterColumns} FROM dead_letter WHERE subscription = ?1 AND key = ?2", SubscriptionRow.ReadLetter, id, key))]);

    /// <inheritdoc/>
    public Task<IReadOnlyList<long>> DeadLetterKeysAsync(string id) => ReadAsync<IReadOnlyList<long>>(session =>
        session.Query("SELECT key FROM dead_letter WHERE subscription = ?1 ORDER BY key", row => row.GetInt64(0), id));

    private static int? Save(SqliteSession session, string id, SubscriptionChange change)
    {
        var progress = change.Progress;
        var isThere = session.Execute("UPDATE subscription SET cursor = ?2, delivered = ?3, failed = ?4 WHERE id = ?1", id, progress.Cursor.ToString(), progress.Delivered, progress.Failed) > 0;
        if (!isThere || (change.Added.Count == 0 && change.Removed.Count == 0))
            return null;
        foreach (var letter in change.Added)
        {
            session.Execute(
                "INSERT INTO dead_letter (subscription, type, subject, document, reason, attempts, failed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                id,
                letter.Document.Type,
                letter.Document.Subject,
                letter.Document.Json.ToArray(),
                letter.Reason,
                letter.Attempts,
                letter.FailedAt.ToUnixTimeMilliseconds());
        }
        foreach (var key in change.Removed)
            session.Execute("DELETE FROM dead_letter WHERE key = ?1 AND subscription = ?2", key, id);
        return (int)(long)session.Scalar("SELECT count(*) FROM dead_letter WHERE subscription = ?1", id)!;
    }

    private async Task WriteAsync(Action<SqliteSession> write)
    {
        try
        {
            await database.WriteAsync(write).ConfigureAwait(false);
        }
        catch (JobStoreException e)
        {
            throw new SubscriptionStoreException(e.Message, e);
        }
    }

    private async Task<T> ReadAsync<T>(Func<SqliteSession, T> read)
    {
        try
        {
            return await database.ReadAsync(read).ConfigureAwait(false);
        }
        catch (JobStoreException e)
        {
            throw new SubscriptionStoreException(e.Message, e);
        }
    }
}
