using System.Text;
using Microsoft.AspNetCore.Http;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Subscriptions;
using Orchestrator.Host.Webhooks;

namespace Orchestrator.Host.Tests.Webhooks;

public sealed class HttpWebhookSenderTests : IAsyncLifetime
{
    private static readonly string Secret = WebhookSecrets.Create();
    private readonly HttpWebhookSender _sender = new("node1", TimeProvider.System);
    private WebhookReceiver _receiver = null!;

    public async Task InitializeAsync() => _receiver = await WebhookReceiver.StartAsync();

    public async Task DisposeAsync()
    {
        _sender.Dispose();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task One_event_is_the_whole_body()
    {
        var answer = await SendAsync(Spec(), """{"a":"ä"}""");
        var received = await _receiver.NextAsync();

        Assert.Equal((204, "HTTP 204 No Content"), (answer.Status, answer.Message));
        Assert.Equal(("application/cloudevents+json; charset=utf-8", """{"a":"ä"}""", "msg_1"), (received.ContentType, Encoding.UTF8.GetString(received.Body), received.Id));
        Assert.True(received.IsSignedWith(Secret));
        Assert.False(received.IsSignedWith(WebhookSecrets.Create()));
    }

    [Fact]
    public async Task Batch_is_an_array()
    {
        await SendAsync(Spec() with { Mode = DeliveryMode.Batched, MaxBatch = 3 }, "{}", "1", "[]");
        await SendAsync(Spec() with { Mode = DeliveryMode.Batched, MaxBatch = 3 }, "{}");
        var (first, second) = (await _receiver.NextAsync(), await _receiver.NextAsync());

        Assert.Equal(("application/cloudevents-batch+json; charset=utf-8", "[{},1,[]]"), (first.ContentType, Encoding.UTF8.GetString(first.Body)));
        Assert.Equal("[{}]", Encoding.UTF8.GetString(second.Body));
    }

    [Fact]
    public async Task Redirect_is_told_and_not_followed()
    {
        _receiver.OnEvents = WebhookReceiver.Status(307, ("Location", "/elsewhere"));

        var answer = await SendAsync(Spec(), "{}");
        await _receiver.NextAsync();
        Assert.Equal(307, answer.Status);
        Assert.Contains("/elsewhere: redirects are not followed", answer.Message);
        Assert.Equal(0, _receiver.Waiting);
    }

    [Fact]
    public async Task Answer_that_does_not_come_in_time_is_none()
    {
        _receiver.OnEvents = context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);

        var answer = await SendAsync(Spec() with { Timeout = TimeSpan.FromMilliseconds(200) }, "{}");

        Assert.Equal((null, "no answer within 0.2 s"), (answer.Status, answer.Message));
        Assert.True(answer.Elapsed >= TimeSpan.FromMilliseconds(150));
    }

    [Fact]
    public async Task Body_of_an_error_is_shown_from_its_beginning_and_not_awaited_to_its_end()
    {
        _receiver.OnEvents = async context =>
        {
            context.Response.StatusCode = 500;
            await context.Response.WriteAsync("no room left " + new string('x', WebhookResponses.MaxBodyBytes));
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        };

        var answer = await SendAsync(Spec() with { Timeout = TimeSpan.FromSeconds(60) }, "{}");

        Assert.Equal(500, answer.Status);
        Assert.StartsWith("HTTP 500 Internal Server Error: no room left x", answer.Message);
        Assert.InRange(answer.Message.Length, 200, 300);
    }

    [Fact]
    public async Task Status_counts_although_the_body_does_not_come()
    {
        _receiver.OnEvents = async context =>
        {
            context.Response.StatusCode = 400;
            await context.Response.WriteAsync("because");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        };

        var answer = await SendAsync(Spec() with { Timeout = TimeSpan.FromMilliseconds(500) }, "{}");

        Assert.Equal(400, answer.Status);
    }

    [Fact]
    public async Task Nobody_there_is_no_answer()
    {
        var url = _receiver.Url;
        await _receiver.DisposeAsync();
        _receiver = await WebhookReceiver.StartAsync();

        var answer = await SendAsync(Spec() with { Url = new Uri($"http://127.0.0.1:1/{url.AbsolutePath}") }, "{}");

        Assert.Null(answer.Status);
        Assert.StartsWith("no answer: ", answer.Message);
    }

    [Fact]
    public async Task Request_that_is_given_up_is_cancelled()
    {
        _receiver.OnEvents = context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        using var end = new CancellationTokenSource();
        var sending = _sender.SendAsync(Request(Spec(), "{}"), end.Token);
        await _receiver.NextAsync();
        await end.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    [Fact]
    public async Task Receiver_asks_for_a_pause_in_seconds_or_until_a_time()
    {
        _receiver.OnEvents = WebhookReceiver.Status(429, ("Retry-After", "17"));
        Assert.Equal(TimeSpan.FromSeconds(17), (await SendAsync(Spec(), "{}")).RetryAfter);
        _receiver.OnEvents = WebhookReceiver.Status(503, ("Retry-After", TimeProvider.System.GetUtcNow().AddHours(1).ToString("R")));
        Assert.InRange((await SendAsync(Spec(), "{}")).RetryAfter!.Value, TimeSpan.FromMinutes(55), TimeSpan.FromMinutes(61));
        _receiver.OnEvents = WebhookReceiver.Status(503, ("Retry-After", "soon"));

        Assert.Null((await SendAsync(Spec(), "{}")).RetryAfter);
    }

    [Theory]
    [InlineData(200, "node1", null, true, null)]
    [InlineData(200, "NODE1", "*", true, null)]
    [InlineData(204, "*", "120", true, 120)]
    [InlineData(200, "other", null, false, null)]
    [InlineData(200, null, null, false, null)]
    [InlineData(200, "*", "often", false, null)]
    [InlineData(200, "*", "0", false, null)]
    [InlineData(405, "*", null, false, null)]
    [InlineData(301, "*", null, false, null)]
    public async Task Receiver_says_whether_it_wants_events(int status, string? origin, string? rate, bool isAllowed, int? perMinute)
    {
        string? asked = null;
        _receiver.OnQuestion = context =>
        {
            asked = context.Request.Headers["WebHook-Request-Origin"];
            context.Response.StatusCode = status;
            if (origin is not null)
                context.Response.Headers["WebHook-Allowed-Origin"] = origin;
            if (rate is not null)
                context.Response.Headers["WebHook-Allowed-Rate"] = rate;
            return Task.CompletedTask;
        };

        var answer = await _sender.AskAsync(_receiver.Url, TimeSpan.FromSeconds(30), CancellationToken.None);
        Assert.Equal(("node1", isAllowed, perMinute), (asked, answer.IsAllowed, answer.Rate));
        Assert.Contains($"HTTP {status}", answer.Message);
    }

    [Fact]
    public async Task Nobody_there_wants_nothing()
    {
        var answer = await _sender.AskAsync(new Uri("http://127.0.0.1:1/"), TimeSpan.FromSeconds(30), CancellationToken.None);

        Assert.False(answer.IsAllowed);
        Assert.Contains("OPTIONS brought no answer: ", answer.Message);
    }

    [Fact]
    public void Events_gaps_and_tests_are_cloud_events()
    {
        var happened = new FleetEvent { Host = "node1", VmName = "web1", Name = "STOP", Time = DateTimeOffset.UnixEpoch, Provenance = Provenance.Host, Epoch = 5, Sequence = 9 };
        foreach (var (document, type) in (ReadOnlySpan<(WebhookDocument, string)>)[
            (_sender.Encode(happened, EventCursor.Beginning), "io.orchestrator.qmp.STOP"),
            (_sender.Encode("node1", new EventGap(1, 3, EventGapCause.Expired), EventCursor.Beginning), "io.orchestrator.stream.gap"),
            (_sender.EncodeTest("s", DateTimeOffset.UnixEpoch), "io.orchestrator.subscription.test")])
        {
            var json = System.Text.Json.JsonElement.Parse(document.Json.Span);
            Assert.Equal((type, type, "1.0"), (document.Type, json.GetProperty("type").GetString(), json.GetProperty("specversion").GetString()));
            Assert.NotEmpty(json.GetProperty("id").GetString()!);
            Assert.StartsWith("/hosts/node1", json.GetProperty("source").GetString());
        }
    }

    private SubscriptionSpec Spec() => new() { Url = _receiver.Url };

    private static WebhookRequest Request(SubscriptionSpec spec, params string[] documents) =>
        new("msg_1", spec, [Secret], [.. documents.Select(document => new WebhookDocument("t", null, Encoding.UTF8.GetBytes(document)))]);

    private Task<WebhookAnswer> SendAsync(SubscriptionSpec spec, params string[] documents) => _sender.SendAsync(Request(spec, documents), CancellationToken.None);
}
