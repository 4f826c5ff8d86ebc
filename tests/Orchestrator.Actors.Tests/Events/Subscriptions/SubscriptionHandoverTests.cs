using Akka.Actor;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Subscriptions;
using Orchestrator.TestKit;

namespace Orchestrator.Actors.Tests.Events.Subscriptions;

/// <summary>Subscriptions go to another node, or this one loses them.</summary>
public sealed class SubscriptionHandoverTests : SubscriptionTest
{
    [Fact]
    public async Task The_next_owner_goes_on_behind_what_was_acknowledged_in_order()
    {
        await StartAsync();
        Happen("a", "b", "c");
        await AnswerAsync("1", 200);
        var cut = await NextAsync();
        Assert.Equal("2", cut.Text);
        await KeptAsync(1);

        await KillAsync();
        await Eventually.TrueAsync(() => cut.Answered.Task.IsCanceled, Limit, "the request that was on its way is given up");
        Begin();

        await AnswerAsync("2", 200);
        await AnswerAsync("3", 200);
        await KeptAsync(3);
        Assert.Equal(4, Webhooks.Count);
    }

    [Fact]
    public async Task It_may_be_stopped_and_begun_again_and_again_and_everything_comes_once_at_least_in_order()
    {
        await StartAsync();
        var got = new List<int>();
        for (var life = 0; life < 5; life++)
        {
            Happen("a", "b", "c");
            for (var count = 0; count < life; count++)
                got.Add(await GetAsync());
            await KillAsync();
            Begin();
        }
        Happen("end");
        while (got.LastOrDefault() != 16)
            got.Add(await GetAsync());

        Assert.Equal(Enumerable.Range(1, 16), got.Distinct());
        Assert.All(got.Zip(got.Skip(1)), step => Assert.InRange(step.Second, step.First, step.First + 1));
    }

    [Fact]
    public async Task A_store_that_says_that_the_duty_is_lost_ends_all_deliveries()
    {
        var parent = await OwnAsync();
        Happen("a", "b");
        var first = await NextAsync();
        Store.OnSave = _ => throw Lost();
        first.Answer(200);

        await ExpectMsgAsync<DutyLost>();
        await ExpectMsgAsync(HandoverParent.Ended);
        Happen("c");
        await SettleAsync(Events);
        Advance(60);
        await SettleAsync(parent);
        Assert.Equal(1, Webhooks.Count);
        Store.OnSave = _ => { };
        Begin();
        await AnswerAsync("1", 200);
        await AnswerAsync("2", 200);
    }

    [Fact]
    public async Task A_duty_that_is_lost_while_one_is_paused_ends_them_too()
    {
        var parent = await OwnAsync();
        Store.Fatal = Lost();

        parent.Tell(new SubscriptionCommands.Pause(Id));

        await ExpectMsgAsync<DutyLost>();
        await ExpectMsgAsync(HandoverParent.Ended);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_asks_for_a_change_when_the_duty_is_lost_is_told_to_ask_again(bool isNew)
    {
        var parent = await OwnAsync();
        Store.Fatal = Lost();

        var answer = await parent.Ask<SubscriptionReplies.Rejected>(isNew ? new SubscriptionCommands.Create(Spec, null, null, Handshake: false) : new SubscriptionCommands.Delete(Id), Limit);

        Assert.Equal("moving", answer.Code);
        await ExpectMsgAsync<DutyLost>();
        await ExpectMsgAsync(HandoverParent.Ended);
    }

    [Fact]
    public async Task A_log_that_does_not_answer_is_told_to_those_who_ask_for_it()
    {
        var logs = EventLogs.Of("h", Events, Time);
        await StartAsync(Spec with { Filter = new() { Types = ["io.orchestrator.stream.*", "STOP"] } }, change: environment => environment with { Logs = logs });
        logs.MarkUnreachable("far", Time.GetUtcNow());

        await AnswerAsync("\"Stalled far\"", 200);
        var far = CreateTestProbe();
        logs.Put("far", far, isRemote: true);
        await far.ExpectMsgAsync<EventQueries.Read>();
        far.Reply(new EventReplies.Page([], new EventPosition(1, 0), null, true));
        await AnswerAsync("\"Resumed far\"", 200);
        Happen("a");
        await AnswerAsync("1", 200);
    }

    [Fact]
    public async Task A_log_that_does_not_answer_is_nothing_to_the_others()
    {
        var logs = EventLogs.Of("h", Events, Time);
        logs.MarkUnreachable("far", Time.GetUtcNow());
        await StartAsync(change: environment => environment with { Logs = logs });
        Happen("a");

        await AnswerAsync("1", 200);
        await ShowsAsync(snapshot => snapshot.Lag == 0, "it has no lag");
    }

    /// <summary>Takes the next request that is not given up.</summary>
    private async Task<int> GetAsync()
    {
        var sent = await NextAsync();
        while (!sent.Answered.TrySetResult(new WebhookAnswer(200, "HTTP 200", null, TimeSpan.Zero)))
            sent = await NextAsync();
        return int.Parse(sent.Text);
    }

    private static SubscriptionStoreException Lost() => new("not yours", new DutyLostException("another node has it"));

    private async Task<IActorRef> OwnAsync()
    {
        await Store.AddAsync(new Subscription
        {
            Id = Id,
            CreatedAt = Time.GetUtcNow(),
            Spec = Spec,
            Secrets = new WebhookSecrets { Current = WebhookSecrets.Create() },
            Progress = new SubscriptionProgress(EventCursor.Beginning, 0, 0),
        });
        var parent = Sys.ActorOf(HandoverParent.PropsFor(SubscriptionSupervisor.PropsFor(Environment), TestActor));
        Assert.IsType<SubscriptionReplies.One>(await parent.Ask<object>(new SubscriptionQueries.Get(Id), Limit));
        return parent;
    }
}
