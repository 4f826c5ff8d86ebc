using System.Security.Cryptography;
using System.Text;
using Orchestrator.Actors.Events.Filtering;

namespace Orchestrator.Actors.Events.Subscriptions;

/// <summary>What is sent at once, as often as needed.</summary>
/// <param name="Id">Made of what is in it, so that a repetition after a restart has the same.</param>
/// <param name="Documents">One at least.</param>
/// <param name="After">The cursor once it is done with; <see langword="null"/> for what is sent outside the log's order.</param>
/// <param name="Keys">Dead letters that these are; none for events of the log.</param>
internal sealed record Delivery(string Id, IReadOnlyList<WebhookDocument> Documents, EventCursor? After, IReadOnlyList<long> Keys)
{
    /// <summary>An id made of the subscription and the documents.</summary>
    public static string IdOf(string subscriptionId, IEnumerable<WebhookDocument> documents)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(subscriptionId));
        foreach (var document in documents)
            hash.AppendData(document.Json.Span);
        return $"msg_{Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16))}";
    }
}

/// <summary>A page of a log that is cut into deliveries, in order: the notice or the gap first, then the events that fit.</summary>
internal sealed class DeliveryPage(EventPage page, EventFilter filter, IWebhookSender sender)
{
    /// <summary>Bytes of the documents of one request; a single larger one goes alone.</summary>
    public const int MaxBytes = 1 << 20;

    private bool _hasNotice = page.Notice is { } notice && filter.AsksFor(notice);
    private bool _hasGap = page.Gap is not null;
    private int _next;

    /// <summary>Behind all of it.</summary>
    public EventCursor End => page.Cursor;

    /// <summary>The next one; <see langword="null"/> when nothing more fits.</summary>
    public Delivery? Next(string subscriptionId, int maxBatch)
    {
        var (documents, bytes, after) = (new List<WebhookDocument>(), 0, EventCursor.Beginning);
        while (documents.Count < maxBatch && Peek() is { } document)
        {
            if (documents.Count > 0 && bytes + document.Json.Length > MaxBytes)
                break;
            documents.Add(document);
            bytes += document.Json.Length;
            after = Advance();
        }
        return documents.Count == 0 ? null : new Delivery(Delivery.IdOf(subscriptionId, documents), documents, after, []);
    }

    private WebhookDocument? Peek()
    {
        if (_hasNotice)
            return sender.Encode(page.Notice!, page.Cursor);
        if (_hasGap)
            return sender.Encode(page.Host, page.Gap!, AfterGap());
        Skip();
        return _next < page.Events.Count ? sender.Encode(page.Events[_next], page.CursorAfter(page.Events[_next])) : null;
    }

    /// <summary>Past what was peeked at and what does not fit behind it.</summary>
    private EventCursor Advance()
    {
        if (_hasNotice)
            _hasNotice = false;
        else if (_hasGap)
            _hasGap = false;
        else
            _next++;
        Skip();
        if (_next == page.Events.Count)
            return page.Cursor;
        return _next == 0 ? AfterGap() : page.CursorAfter(page.Events[_next - 1]);
    }

    private void Skip()
    {
        while (_next < page.Events.Count && !filter.Matches(page.Events[_next]))
            _next++;
    }

    private EventCursor AfterGap() => page.Events.Count == 0 ? page.Cursor : page.Cursor.With(page.Host, new EventPosition(page.Events[0].Epoch, page.Events[0].Sequence - 1));
}
