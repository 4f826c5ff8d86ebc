using System.Data.Common;
using System.Text.Json;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Subscriptions;

namespace Orchestrator.Host.Storage;

/// <summary>Reads the rows of subscriptions, which are the same in SQLite and in PostgreSQL.</summary>
internal static class SubscriptionRow
{
    /// <summary>All of a subscription, with the number of its dead letters last.</summary>
    public static Subscription ReadSubscription(DbDataReader row) => new()
    {
        Id = row.GetString(0),
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)),
        Spec = JsonSerializer.Deserialize(row.GetFieldValue<byte[]>(2), StoreJson.Default.StoredSubscriptionSpec)!.ToSpec(),
        Secrets = new WebhookSecrets
        {
            Current = row.GetString(3),
            Previous = TextOf(row, 4),
            PreviousUntil = row.IsDBNull(5) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(5)),
        },
        Progress = new SubscriptionProgress(EventCursor.TryParse(row.GetString(6), out var cursor) ? cursor : EventCursor.Beginning, row.GetInt64(7), row.GetInt64(8)),
        Pause = TextOf(row, 9) is { } cause ? new SubscriptionPause(Enum.Parse<PauseCause>(cause), row.GetString(10)) : null,
        DeadLetters = (int)row.GetInt64(11),
    };

    /// <summary>A dead letter, its key first.</summary>
    public static DeadLetter ReadLetter(DbDataReader row) => new()
    {
        Key = row.GetInt64(0),
        Document = new WebhookDocument(row.GetString(1), TextOf(row, 2), row.GetFieldValue<byte[]>(3)),
        Reason = row.GetString(4),
        Attempts = row.GetInt32(5),
        FailedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(6)),
    };

    private static string? TextOf(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
