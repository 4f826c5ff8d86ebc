using System.Net;
using Microsoft.AspNetCore.Http;

namespace Orchestrator.Host.Tests.Webhooks;

/// <summary>The whole way: a VM's event, the node, and a receiver of its own.</summary>
public sealed class WebhookDeliveryTests : IAsyncLifetime
{
    private WebhookNode _node = null!;
    private WebhookReceiver _receiver = null!;

    public async Task InitializeAsync() => (_node, _receiver) = (await WebhookNode.StartAsync(), await WebhookReceiver.StartAsync());

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task Event_arrives_signed_and_is_counted()
    {
        var (path, secret) = await _node.SubscribeAsync(_receiver.Url);
        await _node.HappenAsync(1);
        var received = await _receiver.NextAsync();

        Assert.True(received.IsSignedWith(secret));
        Assert.Equal(("io.orchestrator.qmp.RTC_CHANGE", "web1", 1), (received.Json.GetProperty("type").GetString(), received.Json.GetProperty("subject").GetString(), received.Number));
        await _node.ShowsAsync(path, shown => shown.GetProperty("delivered").GetInt32() == 1 && shown.GetProperty("lag").GetInt32() == 0 && shown.GetProperty("status").GetString() == "Active", "it is counted");
        Assert.False((await _node.GetAsync(path)).TryGetProperty("secret", out _));
    }

    [Fact]
    public async Task Receiver_that_fails_gets_the_same_again_and_then_the_rest_in_order()
    {
        var failures = 0;
        _receiver.OnEvents = context => WebhookReceiver.Status(Interlocked.Increment(ref failures) <= 1 ? 503 : 204)(context);
        await _node.SubscribeAsync(_receiver.Url);
        foreach (var number in (int[])[1, 2, 3])
            await _node.HappenAsync(number);

        var (first, second) = (await _receiver.NextAsync(), await _receiver.NextAsync());
        Assert.Equal((1, 1, first.Id), (first.Number, second.Number, second.Id));
        Assert.Equal((2, 3), ((await _receiver.NextAsync()).Number, (await _receiver.NextAsync()).Number));
    }

    [Fact]
    public async Task Slow_receiver_delays_no_other_and_its_request_ends_at_the_deadline()
    {
        await using var slow = await WebhookReceiver.StartAsync();
        slow.OnEvents = context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        var (path, _) = await _node.SubscribeAsync(slow.Url, """,  "timeoutMs":1000""");
        await _node.SubscribeAsync(_receiver.Url);
        await _node.HappenAsync(1);
        await _node.HappenAsync(2);

        await slow.NextAsync();
        Assert.Equal((1, 2), ((await _receiver.NextAsync()).Number, (await _receiver.NextAsync()).Number));
        await _node.ShowsAsync(path, shown => shown.TryGetProperty("lastError", out var error) && error.GetString() == "no answer within 1 s" && shown.GetProperty("status").GetString() == "Failing", "it is failing");
        Assert.Equal(1, (await slow.NextAsync()).Number);
    }

    [Fact]
    public async Task Receiver_that_wants_no_more_pauses_the_subscription_until_it_is_resumed()
    {
        _receiver.OnEvents = WebhookReceiver.Status(410);
        var (path, _) = await _node.SubscribeAsync(_receiver.Url);
        await _node.HappenAsync(1);
        await _receiver.NextAsync();
        await _node.ShowsAsync(path, shown => shown.GetProperty("status").GetString() == "Paused", "it is paused");
        Assert.Equal("Gone", (await _node.GetAsync(path)).GetProperty("pause").GetProperty("cause").GetString());
        _receiver.OnEvents = WebhookReceiver.Status(204);
        Assert.Equal("Active", (await _node.PostAsync($"{path}:resume")).Body.GetProperty("status").GetString());

        Assert.Equal(1, (await _receiver.NextAsync()).Number);
    }

    [Fact]
    public async Task Redirect_is_not_followed()
    {
        await using var other = await WebhookReceiver.StartAsync();
        _receiver.OnEvents = WebhookReceiver.Status(302, ("Location", other.Url.ToString()));
        var (path, _) = await _node.SubscribeAsync(_receiver.Url, """,  "retries":0""");
        await _node.HappenAsync(1);
        await _receiver.NextAsync();

        await _node.ShowsAsync(path, shown => shown.GetProperty("deadLetters").GetInt32() == 1, "it is a dead letter");
        Assert.Equal(0, other.Waiting);
        Assert.Contains("redirects are not followed", (await _node.GetAsync($"{path}/dead-letters")).GetProperty("items")[0].GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Refused_events_are_kept_and_can_be_sent_again()
    {
        _receiver.OnEvents = WebhookReceiver.Status(422);
        var (path, secret) = await _node.SubscribeAsync(_receiver.Url);
        await _node.HappenAsync(1);
        await _node.HappenAsync(2);
        await _receiver.NextAsync();
        await _receiver.NextAsync();
        await _node.ShowsAsync(path, shown => shown.GetProperty("deadLetters").GetInt32() == 2, "both are dead letters");

        var page = await _node.GetAsync($"{path}/dead-letters?limit=1");
        var rest = await _node.GetAsync($"{path}/dead-letters?after={page.GetProperty("next").GetString()}");
        Assert.Equal(1, WebhookReceiver.Received.NumberOf(page.GetProperty("items")[0].GetProperty("event")));
        Assert.Equal(2, WebhookReceiver.Received.NumberOf(Assert.Single(rest.GetProperty("items").EnumerateArray()).GetProperty("event")));

        _receiver.OnEvents = WebhookReceiver.Status(200);
        var (status, count) = await _node.PostAsync($"{path}:redeliver", $$"""{"ids":["{{rest.GetProperty("items")[0].GetProperty("id").GetString()}}"]}""");
        Assert.Equal((HttpStatusCode.Accepted, 1), (status, count.GetProperty("deadLetters").GetInt32()));
        var again = await _receiver.NextAsync();
        Assert.Equal((2, true), (again.Number, again.IsSignedWith(secret)));
        await _node.ShowsAsync(path, shown => shown.GetProperty("deadLetters").GetInt32() == 1, "one is left");
        await _node.PostAsync($"{path}:discard", """{"all":true}""");
        await _node.ShowsAsync(path, shown => shown.GetProperty("deadLetters").GetInt32() == 0, "none is left");
    }

    [Fact]
    public async Task Batches_have_all_events_in_order()
    {
        const int count = 500;
        await _node.SubscribeAsync(_receiver.Url, """,  "mode":"batched", "maxBatch":64""");
        for (var number = 0; number < count; number++)
            await _node.HappenAsync(number);

        var numbers = new List<int>();
        while (numbers.Count < count)
        {
            var received = await _receiver.NextAsync();
            Assert.StartsWith("application/cloudevents-batch+json", received.ContentType);
            Assert.InRange(received.Json.GetArrayLength(), 1, 64);
            numbers.AddRange(received.Json.EnumerateArray().Select(WebhookReceiver.Received.NumberOf));
        }
        Assert.Equal(Enumerable.Range(0, count), numbers);
    }

    [Fact]
    public async Task Restart_goes_on_where_it_was()
    {
        var (path, secret) = await _node.SubscribeAsync(_receiver.Url);
        await _node.HappenAsync(1);
        await _receiver.NextAsync();
        await _node.ShowsAsync(path, shown => shown.GetProperty("delivered").GetInt32() == 1, "the first is delivered");
        _receiver.OnEvents = WebhookReceiver.Status(503);
        await _node.HappenAsync(2);
        await _receiver.NextAsync();
        await _node.ShowsAsync(path, shown => shown.TryGetProperty("nextTry", out _), "the second waits");

        await _node.RestartAsync(() =>
        {
            _receiver.OnEvents = WebhookReceiver.Status(204);
            return Task.CompletedTask;
        });
        var second = await _receiver.NextAsync();
        Assert.Equal((2, true), (second.Number, second.IsSignedWith(secret)));
        await _node.HappenAsync(3);
        Assert.Equal(3, (await _receiver.NextAsync()).Number);
        await _node.ShowsAsync(path, shown => shown.GetProperty("delivered").GetInt32() == 3, "all are counted");
    }

    [Fact]
    public async Task Rotation_signs_with_both_secrets()
    {
        var (path, old) = await _node.SubscribeAsync(_receiver.Url);
        var rotated = (await _node.PostAsync($"{path}:rotate")).Body;
        var secret = rotated.GetProperty("secret").GetString()!;
        Assert.NotEqual(old, secret);
        Assert.True(rotated.TryGetProperty("previousSecretUntil", out _));
        await _node.HappenAsync(1);

        var received = await _receiver.NextAsync();
        Assert.True(received.IsSignedWith(old) && received.IsSignedWith(secret));
    }

    [Fact]
    public async Task Test_tells_what_came_back()
    {
        var (path, secret) = await _node.SubscribeAsync(_receiver.Url);
        Assert.Equal((true, 204), Told((await _node.PostAsync($"{path}:test")).Body));
        var received = await _receiver.NextAsync();
        Assert.Equal("io.orchestrator.subscription.test", received.Json.GetProperty("type").GetString());
        Assert.True(received.IsSignedWith(secret));
        _receiver.OnEvents = async context =>
        {
            context.Response.StatusCode = 418;
            await context.Response.WriteAsync("short and stout");
        };

        var refused = (await _node.PostAsync($"{path}:test")).Body;
        Assert.Equal((false, 418), Told(refused));
        Assert.Contains("short and stout", refused.GetProperty("message").GetString());
    }

    private static (bool Delivered, int Status) Told(System.Text.Json.JsonElement test) => (test.GetProperty("delivered").GetBoolean(), test.GetProperty("status").GetInt32());
}
