using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Subscriptions;
using Orchestrator.TestKit;

namespace Orchestrator.Actors.Tests.Events.Subscriptions;

public sealed class SubscriptionSupervisorTests : SubscriptionTest
{
    [Fact]
    public async Task New_subscription_begins_with_what_comes_from_now_on()
    {
        Happen("a");
        await SettleAsync(Events);
        Begin();
        var made = await CreateAsync();
        Happen("b");

        await AnswerAsync("2", 200);
        var known = Store[made.Snapshot.Subscription.Id];
        Assert.Equal(known.Secrets.Current, made.Secret);
        Assert.True(WebhookSecrets.IsValid(made.Secret));
    }

    [Fact]
    public async Task New_subscription_may_begin_with_all_that_is_kept_and_have_a_secret_of_the_callers()
    {
        Happen("a");
        Begin();
        var secret = WebhookSecrets.Create();
        var made = await AskAsync<SubscriptionReplies.One>(new SubscriptionCommands.Create(Spec, EventCursor.Beginning, secret, Handshake: false));

        Assert.Equal(secret, made.Secret);
        await AnswerAsync("1", 200);
    }

    [Fact]
    public async Task Receiver_that_does_not_want_events_gets_no_subscription()
    {
        Webhooks.Handshake = new HandshakeAnswer(false, null, "HTTP 405");
        Begin();

        var rejected = await AskAsync<SubscriptionReplies.Rejected>(new SubscriptionCommands.Create(Spec, null, null, Handshake: true));
        Assert.Equal(("webhook-not-allowed", "HTTP 405"), (rejected.Code, rejected.Detail));
        Assert.Empty((await AskAsync<SubscriptionReplies.Many>(SubscriptionQueries.List.Instance)).Snapshots);
    }

    [Fact]
    public async Task Rate_of_the_handshake_is_kept()
    {
        Webhooks.Handshake = new HandshakeAnswer(true, 30, "HTTP 200");
        Begin();

        Assert.Equal(30, Store[(await CreateAsync()).Snapshot.Subscription.Id].Spec.AllowedRate);
    }

    [Fact]
    public async Task There_are_not_more_than_the_limit()
    {
        Begin(environment => environment with { MaxSubscriptions = 2 });
        var first = await CreateAsync();
        await CreateAsync();
        Assert.Equal("too-many-subscriptions", (await AskAsync<SubscriptionReplies.Rejected>(new SubscriptionCommands.Create(Spec, null, null, true))).Code);

        await AskAsync<SubscriptionReplies.One>(new SubscriptionCommands.Delete(first.Snapshot.Subscription.Id));
        await CreateAsync();
    }

    [Fact]
    public async Task Failed_attempts_do_not_count()
    {
        Begin(environment => environment with { MaxSubscriptions = 1 });
        Store.IsBroken = true;
        Assert.Equal("store-unavailable", (await AskAsync<SubscriptionReplies.Rejected>(new SubscriptionCommands.Create(Spec, null, null, true))).Code);
        Store.IsBroken = false;

        await CreateAsync();
    }

    [Fact]
    public async Task Deleted_subscription_sends_nothing_and_is_not_there_after_a_restart()
    {
        await StartAsync();
        Happen("a");
        var sent = await NextAsync();
        Assert.Equal(Id, (await AskAsync<SubscriptionReplies.One>(new SubscriptionCommands.Delete(Id))).Snapshot.Subscription.Id);
        await Eventually.TrueAsync(() => sent.Answered.Task.IsCanceled, Limit, "its request is given up");
        Assert.Equal("subscription-not-found", (await AskAsync<SubscriptionReplies.Rejected>(new SubscriptionQueries.Get(Id))).Code);
        await KillAsync();
        Begin();

        Assert.Empty((await AskAsync<SubscriptionReplies.Many>(SubscriptionQueries.List.Instance)).Snapshots);
    }

    [Fact]
    public async Task Subscription_that_cannot_be_deleted_goes_on()
    {
        await StartAsync();
        await ShowAsync();
        Store.IsBroken = true;
        Assert.Equal("store-unavailable", (await AskAsync<SubscriptionReplies.Rejected>(new SubscriptionCommands.Delete(Id))).Code);
        Store.IsBroken = false;
        Happen("a");

        await AnswerAsync("1", 200);
    }

    [Fact]
    public async Task Paused_one_stays_paused_after_a_restart()
    {
        await StartAsync();
        await AskAsync<SubscriptionReplies.One>(new SubscriptionCommands.Pause(Id));
        await KillAsync();
        Begin();
        Happen("a");

        await ShowsAsync(snapshot => snapshot.Lag == 1, "the event is there");
        Assert.Equal((SubscriptionStatus.Paused, 0), ((await ShowAsync()).Status, Webhooks.Count));
    }

    [Fact]
    public async Task Store_that_cannot_be_read_at_the_start_is_asked_again()
    {
        Store.IsUnreadable = true;
        await StartAsync();
        Assert.Equal("store-unavailable", (await AskAsync<SubscriptionReplies.Rejected>(new SubscriptionQueries.Get(Id))).Code);
        Store.IsUnreadable = false;
        Advance(1);

        Assert.Equal(Id, (await ShowAsync()).Subscription.Id);
    }

    [Fact]
    public async Task Slow_receiver_delays_no_other()
    {
        Begin();
        await CreateAsync();
        await CreateAsync();
        Happen("a");
        var (one, other) = (await NextAsync(), await NextAsync());
        Assert.Equal("1", one.Text);
        Happen("b");
        other.Answer(200);

        await AnswerAsync("2", 200);
        Assert.False(one.Answered.Task.IsCompleted);
    }

    private Task<SubscriptionReplies.One> CreateAsync() => AskAsync<SubscriptionReplies.One>(new SubscriptionCommands.Create(Spec, null, null, Handshake: true));
}
