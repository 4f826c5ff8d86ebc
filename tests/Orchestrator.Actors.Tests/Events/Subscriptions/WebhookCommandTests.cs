using Orchestrator.Actors.Events.Subscriptions;
using Orchestrator.TestKit;

namespace Orchestrator.Actors.Tests.Events.Subscriptions;

/// <summary>Tests, secrets and dead letters.</summary>
public sealed class WebhookCommandTests : SubscriptionTest
{
    [Fact]
    public async Task Test_event_is_sent_beside_what_is_on_its_way_and_while_it_is_paused()
    {
        await StartAsync();
        Happen("a");
        var waiting = await NextAsync();
        var asked = AskAsync<SubscriptionReplies.Tested>(new SubscriptionCommands.Test(Id));
        var test = await NextAsync();
        Assert.Equal("test", Assert.Single(test.Request.Documents).Type);
        Assert.Equal("subscription-busy", (await AskAsync<SubscriptionReplies.Rejected>(new SubscriptionCommands.Test(Id))).Code);
        test.Answer(500);
        Assert.Equal(500, (await InTime(asked)).Answer.Status);
        waiting.Answer(200);
        await KeptAsync(1);

        await AskAsync<SubscriptionReplies.One>(new SubscriptionCommands.Pause(Id));
        asked = AskAsync<SubscriptionReplies.Tested>(new SubscriptionCommands.Test(Id));
        (await NextAsync()).Answer(200);
        Assert.Equal(200, (await InTime(asked)).Answer.Status);
        Assert.Equal(SubscriptionStatus.Paused, (await ShowAsync()).Status);
    }

    [Fact]
    public async Task Rotated_secret_signs_with_the_old_one_for_a_day()
    {
        await StartAsync();
        var old = Store[Id].Secrets.Current;
        var secret = WebhookSecrets.Create();
        Assert.Equal(secret, (await AskAsync<SubscriptionReplies.One>(new SubscriptionCommands.Rotate(Id, secret))).Secret);
        Assert.Null((await AskAsync<SubscriptionReplies.One>(new SubscriptionQueries.Get(Id))).Secret);
        Happen("a");
        var sent = await NextAsync();
        Assert.Equal([secret, old], sent.Request.Secrets);
        sent.Answer(200);
        await KeptAsync(1);
        await ShowsAsync(snapshot => snapshot.Lag == 0, "it is done with");
        Advance(TimeSpan.FromHours(24));
        Happen("a");

        Assert.Equal([secret], (await NextAsync()).Request.Secrets);
    }

    [Fact]
    public async Task Secret_that_is_not_on_disk_is_not_used()
    {
        await StartAsync();
        var old = Store[Id].Secrets.Current;
        Store.IsBroken = true;
        Assert.Equal("store-unavailable", (await AskAsync<SubscriptionReplies.Rejected>(new SubscriptionCommands.Rotate(Id, WebhookSecrets.Create()))).Code);
        Happen("a");

        Assert.Equal([old], (await NextAsync()).Request.Secrets);
    }

    [Fact]
    public async Task Pause_that_is_not_on_disk_holds_and_is_kept_when_it_can_be()
    {
        await StartAsync();
        await ShowAsync();
        Store.IsBroken = true;
        Assert.Equal("store-unavailable", (await AskAsync<SubscriptionReplies.Rejected>(new SubscriptionCommands.Pause(Id))).Code);
        Assert.Equal(SubscriptionStatus.Paused, (await ShowAsync()).Status);
        Store.IsBroken = false;
        Advance(1);

        await Eventually.TrueAsync(() => Store[Id].Pause is not null, Limit, "the pause is kept");
    }

    [Fact]
    public async Task Dead_letters_are_sent_again_before_the_log_and_forgotten_once_acknowledged()
    {
        await StartRefusedAsync();
        Assert.Equal(2, (await AskAsync<SubscriptionReplies.Queued>(new SubscriptionCommands.Redeliver(Id, null))).Count);
        var first = await NextAsync();
        Happen("c");
        Assert.Equal("1", first.Text);
        first.Answer(200);
        await AnswerAsync("2", 200);

        await AnswerAsync("3", 200);
        await ShowsAsync(snapshot => snapshot is { Redelivering: 0, Subscription: { DeadLetters: 0, Progress: { Delivered: 3, Failed: 2 } } }, "all are delivered");
        Assert.Empty(Store.Letters);
    }

    [Fact]
    public async Task Letter_that_is_refused_again_stays_and_the_next_is_tried()
    {
        await StartRefusedAsync();
        await AskAsync<SubscriptionReplies.Queued>(new SubscriptionCommands.Redeliver(Id, null));
        await AnswerAsync("1", 404);
        await AnswerAsync("2", 200);

        await ShowsAsync(snapshot => snapshot is { Redelivering: 0, Subscription.DeadLetters: 1 }, "one is left");
        Assert.Equal("a", Assert.Single(Store.Letters).Document.Subject);
    }

    [Theory]
    [InlineData(503)]
    [InlineData(410)]
    [InlineData(null)]
    public async Task Without_a_receiver_dead_letters_stay_and_the_log_goes_on(int? status)
    {
        await StartRefusedAsync();
        await AskAsync<SubscriptionReplies.Queued>(new SubscriptionCommands.Redeliver(Id, null));
        await AnswerAsync("1", status);
        Happen("c");

        await AnswerAsync("3", 200);
        await ShowsAsync(snapshot => snapshot is { Redelivering: 0, Subscription.DeadLetters: 2 }, "both are left");
    }

    [Fact]
    public async Task Some_dead_letters_are_sent_again_also_while_it_is_paused()
    {
        await StartRefusedAsync();
        await AskAsync<SubscriptionReplies.One>(new SubscriptionCommands.Pause(Id));
        Happen("c");
        var keys = Store.Letters.Select(letter => letter.Key).ToArray();
        Assert.Equal(1, (await AskAsync<SubscriptionReplies.Queued>(new SubscriptionCommands.Redeliver(Id, [keys[1], 999]))).Count);
        await AnswerAsync("2", 200);

        await ShowsAsync(snapshot => snapshot is { Status: SubscriptionStatus.Paused, Subscription.DeadLetters: 1 }, "one is left");
        Assert.Equal(3, Webhooks.Count);
    }

    [Fact]
    public async Task Discarded_dead_letters_are_gone()
    {
        await StartRefusedAsync();
        Assert.Equal(1, (await AskAsync<SubscriptionReplies.Queued>(new SubscriptionCommands.Discard(Id, [Store.Letters[0].Key]))).Count);
        await ShowsAsync(snapshot => snapshot.Subscription.DeadLetters == 1, "one is left");
        Assert.Equal("b", Assert.Single((await AskAsync<SubscriptionReplies.Letters>(new SubscriptionQueries.DeadLetters(Id, 0, 10))).Items).Document.Subject);
        await AskAsync<SubscriptionReplies.Queued>(new SubscriptionCommands.Discard(Id, null));

        await ShowsAsync(snapshot => snapshot.Subscription.DeadLetters == 0, "none is left");
    }

    private async Task StartRefusedAsync()
    {
        await StartAsync();
        Happen("a", "b");
        await AnswerAsync("1", 400);
        await AnswerAsync("2", 400);
        await ShowsAsync(snapshot => snapshot.Subscription.DeadLetters == 2, "both are dead letters");
    }
}
