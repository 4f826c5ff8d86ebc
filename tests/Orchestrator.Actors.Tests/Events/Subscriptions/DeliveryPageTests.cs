using System.Text;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Filtering;
using Orchestrator.Actors.Events.Subscriptions;

namespace Orchestrator.Actors.Tests.Events.Subscriptions;

public sealed class DeliveryPageTests
{
    private static readonly EventFilter Stops = new() { Types = ["STOP"] };

    [Fact]
    public void Events_that_fit_are_cut_in_order_and_the_cursor_passes_those_that_do_not() =>
        Assert.Equal(["1 @2", "3 @3", "4 @6"], Cut(PageOf("STOP", "OTHER", "STOP", "STOP", "OTHER", "OTHER"), 1));

    [Fact]
    public void Batch_has_at_most_what_is_asked_for() =>
        Assert.Equal(["1,3 @3", "4 @4"], Cut(PageOf("STOP", "OTHER", "STOP", "STOP"), 2));

    [Fact]
    public void Page_without_anything_that_fits_has_no_delivery() => Assert.Empty(Cut(PageOf("OTHER", "OTHER"), 1));

    [Fact]
    public void Gap_comes_first_and_its_cursor_is_before_the_first_event() =>
        Assert.Equal(["\"gap -3 0\" @0", "1 @1"], Cut(PageOf("STOP") with { Gap = new EventGap(-3, 0, EventGapCause.Expired) }, 1));

    [Fact]
    public void Gap_passes_events_behind_it_that_do_not_fit() =>
        Assert.Equal(["\"gap -3 0\" @2", "3 @3"], Cut(PageOf("OTHER", "OTHER", "STOP") with { Gap = new EventGap(-3, 0, EventGapCause.Expired) }, 1));

    [Fact]
    public void Gap_alone_ends_at_the_page() => Assert.Equal(["\"gap 1 7\" @7"], Cut(PageOf() with { Gap = new EventGap(1, 7, EventGapCause.Dropped), Cursor = At(7) }, 5));

    [Fact]
    public void Gap_and_events_go_in_one_batch() => Assert.Equal(["\"gap -3 0\",1,2 @2"], Cut(PageOf("STOP", "STOP") with { Gap = new EventGap(-3, 0, EventGapCause.Expired) }, 5));

    [Theory]
    [InlineData("STOP", 0)]
    [InlineData("io.orchestrator.stream.stalled", 1)]
    [InlineData("io.orchestrator.stream.resumed", 0)]
    [InlineData("*", 1)]
    public void Notice_is_for_who_asks_for_it(string type, int count)
    {
        var page = PageOf() with { Notice = new StreamNotice(StreamNoticeKind.Stalled, "far", default, "gone"), Cursor = At(7) };

        var deliveries = Deliveries(new DeliveryPage(page, new EventFilter { Types = [type] }, new FakeWebhooks()), 5);

        Assert.Equal(Enumerable.Repeat(page.Cursor, count), deliveries.Select(delivery => delivery.After));
        Assert.Empty(Deliveries(new DeliveryPage(page, EventFilter.Everything, new FakeWebhooks()), 5));
    }

    [Fact]
    public void Large_events_do_not_share_a_request()
    {
        var page = new DeliveryPage(PageOf("STOP", "STOP", "STOP"), EventFilter.Everything, new LargeDocuments());

        Assert.Equal([1, 1, 1], Deliveries(page, 3).Select(delivery => delivery.Documents.Count));
    }

    [Fact]
    public void Id_is_made_of_subscription_and_content()
    {
        var page = PageOf("STOP", "STOP");
        var ids = Deliveries(new DeliveryPage(page, Stops, new FakeWebhooks()), 1).Select(delivery => delivery.Id).ToArray();

        Assert.Equal(ids, Deliveries(new DeliveryPage(page, Stops, new FakeWebhooks()), 1).Select(delivery => delivery.Id));
        Assert.NotEqual(ids[0], ids[1]);
        Assert.NotEqual(ids[0], new DeliveryPage(page, Stops, new FakeWebhooks()).Next("other", 1)!.Id);
        Assert.Matches("^msg_[0-9a-f]{32}$", ids[0]);
    }

    private static string[] Cut(EventPage page, int max) =>
        [.. Deliveries(new DeliveryPage(page, Stops, new FakeWebhooks()), max).Select(delivery => $"{string.Join(',', delivery.Documents.Select(document => Encoding.UTF8.GetString(document.Json.Span)))} @{delivery.After!["h"].Sequence}")];

    private static IEnumerable<Delivery> Deliveries(DeliveryPage page, int max)
    {
        while (page.Next("s", max) is { } delivery)
            yield return delivery;
    }

    private static EventPage PageOf(params string[] names) => new(
        "h",
        [.. names.Select((name, index) => new FleetEvent { Host = "h", VmName = "v", Name = name, Time = default, Provenance = Provenance.Host, Epoch = 9, Sequence = index + 1 })],
        null,
        true,
        At(names.Length));

    private static EventCursor At(long sequence) => EventCursor.Beginning.With("h", new EventPosition(9, sequence));

    private sealed class LargeDocuments : IWebhookSender
    {
        public WebhookDocument Encode(FleetEvent happened, EventCursor after) => new("t", null, new byte[DeliveryPage.MaxBytes - 10]);

        public WebhookDocument Encode(string host, EventGap gap, EventCursor after) => throw new NotSupportedException();

        public WebhookDocument Encode(StreamNotice notice, EventCursor after) => throw new NotSupportedException();

        public WebhookDocument EncodeTest(string subscriptionId, DateTimeOffset time) => throw new NotSupportedException();

        public Task<WebhookAnswer> SendAsync(WebhookRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<HandshakeAnswer> AskAsync(Uri url, TimeSpan timeout, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
