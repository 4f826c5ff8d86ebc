using Akka.Actor;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Filtering;
using Orchestrator.Actors.Events.Subscriptions;
using Orchestrator.TestKit;

namespace Orchestrator.Actors.Tests.Events.Subscriptions;

public sealed class WebhookActorTests : SubscriptionTest
{
    [Fact]
    public async Task One_request_at_a_time_and_the_cursor_follows_each_that_is_acknowledged()
    {
        await StartAsync();
        Happen("a", "b");
        var first = await NextAsync();
        Assert.Equal(("1", 0L), (first.Text, Store[Id].Progress.Cursor["h"].Sequence));
        Assert.Equal(2, (await ShowAsync()).Lag);
        Assert.Equal(1, Webhooks.Count);

        first.Answer(204);
        var second = await NextAsync();
        Assert.Equal(("2", 1L), (second.Text, Store[Id].Progress.Cursor["h"].Sequence));
        second.Answer(200);

        await ShowsAsync(snapshot => snapshot is { Lag: 0, Status: SubscriptionStatus.Active, Subscription.Progress.Delivered: 2 }, "both are delivered");
    }

    [Fact]
    public async Task Next_request_waits_until_the_one_before_is_on_disk()
    {
        await StartAsync();
        var disk = new TaskCompletionSource();
        Store.Disk = disk.Task;
        Happen("a", "b");
        var before = Store.Begun;
        await AnswerAsync("1", 200);
        await Eventually.TrueAsync(() => Store.Begun > before, Limit, "it is being written");
        await ShowAsync();
        Assert.Equal(1, Webhooks.Count);

        disk.SetResult();
        await AnswerAsync("2", 200);
    }

    [Fact]
    public async Task Same_request_is_sent_again_after_growing_pauses_and_with_the_same_id()
    {
        await StartAsync();
        Happen("a");
        var first = await NextAsync();
        first.Answer(503);
        await WaitsAsync();
        var waiting = await ShowAsync();
        Assert.Equal((SubscriptionStatus.Failing, "HTTP 503", Time.GetUtcNow().AddSeconds(1)), (waiting.Status, waiting.LastError, waiting.NextTry));

        Advance(1);
        var second = await NextAsync();
        Assert.Equal(first.Request.Id, second.Request.Id);
        second.Answer(null);
        await WaitsAsync();
        Assert.Equal(Time.GetUtcNow().AddSeconds(4), (await ShowAsync()).NextTry);

        Advance(4);
        await AnswerAsync("1", 200);
        await ShowsAsync(snapshot => snapshot is { Status: SubscriptionStatus.Active, LastError: null, NextTry: null }, "it is well again");
    }

    [Fact]
    public async Task Receiver_is_left_alone_for_as_long_as_it_asks()
    {
        await StartAsync();
        Happen("a");
        await AnswerAsync("1", 429, TimeSpan.FromSeconds(90));
        await WaitsAsync();

        Advance(89);
        Assert.NotNull((await ShowAsync()).NextTry);
        Assert.Equal(1, Webhooks.Count);
        Advance(1);
        await AnswerAsync("1", 200);
    }

    [Fact]
    public async Task Events_become_dead_letters_after_the_last_retry_and_it_goes_on()
    {
        await StartAsync(Spec with { Retries = 1 });
        Happen("a", "b");
        await AnswerAsync("1", 500);
        await WaitsAsync();
        Advance(1);
        await AnswerAsync("1", 502);

        await AnswerAsync("2", 200);
        var letter = Assert.Single(Store.Letters);
        Assert.Equal(("a", "HTTP 502", 2), (letter.Document.Subject, letter.Reason, letter.Attempts));
        await ShowsAsync(snapshot => snapshot.Subscription is { DeadLetters: 1, Progress: { Delivered: 1, Failed: 1 } }, "both are counted");
    }

    [Fact]
    public async Task Refused_events_become_dead_letters_at_once()
    {
        await StartAsync();
        Happen("a", "b");
        await AnswerAsync("1", 400);
        await AnswerAsync("2", 200);

        Assert.Equal("HTTP 400", Assert.Single(Store.Letters).Reason);
    }

    [Fact]
    public async Task Receiver_that_wants_no_more_gets_no_more_until_somebody_resumes()
    {
        await StartAsync();
        Happen("a", "b");
        await AnswerAsync("1", 410);
        await ShowsAsync(snapshot => snapshot is { Status: SubscriptionStatus.Paused, Subscription.Pause.Cause: PauseCause.Gone }, "it paused itself");
        await Eventually.TrueAsync(() => Store[Id].Pause?.Cause == PauseCause.Gone, Limit, "the pause is kept");
        Assert.Empty(Store.Letters);

        await AskAsync<SubscriptionReplies.One>(new SubscriptionCommands.Resume(Id));

        await AnswerAsync("1", 200);
        await AnswerAsync("2", 200);
        Assert.Null(Store[Id].Pause);
    }

    [Fact]
    public async Task No_dead_letter_is_lost_when_there_are_too_many()
    {
        await StartAsync();
        Happen("a", "b", "c", "d", "e", "f");
        for (var sequence = 1; sequence <= 6; sequence++)
            await AnswerAsync($"{sequence}", 400);
        await ShowsAsync(snapshot => snapshot is { Status: SubscriptionStatus.Paused, Subscription.Pause.Cause: PauseCause.DeadLettersFull }, "it paused itself");
        Assert.Equal((5, 5), (Store.Letters.Length, Store[Id].Progress.Cursor["h"].Sequence));

        await AskAsync<SubscriptionReplies.Queued>(new SubscriptionCommands.Discard(Id, [Store.Letters[0].Key]));
        await AskAsync<SubscriptionReplies.One>(new SubscriptionCommands.Resume(Id));
        await AnswerAsync("6", 400);

        await KeptAsync(6);
        Assert.Equal(["b", "c", "d", "e", "f"], Store.Letters.Select(letter => letter.Document.Subject));
    }

    [Fact]
    public async Task Pause_lets_what_was_sent_end_and_begins_nothing()
    {
        await StartAsync();
        Happen("a", "b");
        var sent = await NextAsync();
        Assert.Equal(SubscriptionStatus.Paused, (await AskAsync<SubscriptionReplies.One>(new SubscriptionCommands.Pause(Id))).Snapshot.Status);
        sent.Answer(200);
        await KeptAsync(1);
        Assert.Equal(PauseCause.Asked, Store[Id].Pause!.Cause);

        await AskAsync<SubscriptionReplies.One>(new SubscriptionCommands.Pause(Id));
        Assert.Equal(1, Webhooks.Count);
        await AskAsync<SubscriptionReplies.One>(new SubscriptionCommands.Resume(Id));
        await AnswerAsync("2", 200);
    }

    [Fact]
    public async Task Resume_does_not_wait_for_the_next_attempt()
    {
        await StartAsync();
        Happen("a");
        await AnswerAsync("1", 503, TimeSpan.FromHours(1));
        await WaitsAsync();
        await AskAsync<SubscriptionReplies.One>(new SubscriptionCommands.Resume(Id));

        await AnswerAsync("1", 200);
    }

    [Fact]
    public async Task Batches_have_what_has_come_together()
    {
        Happen("a", "b", "c", "d");
        await SettleAsync(Events);
        await Eventually.TrueAsync(async () => (await Events.Ask<EventReplies.Page>(new EventQueries.Read(EventPosition.Beginning, 10), Limit)).Events.Count == 4, Limit, "all are shown");
        await StartAsync(Spec with { Mode = DeliveryMode.Batched, MaxBatch = 3 });

        await AnswerAsync("1,2,3", 200);
        await AnswerAsync("4", 200);
        await KeptAsync(4);
    }

    [Fact]
    public async Task Rate_that_the_receiver_allows_is_kept()
    {
        await StartAsync(Spec with { AllowedRate = 6 });
        Happen("a", "b");
        await AnswerAsync("1", 200);
        await KeptAsync(1);
        await ShowsAsync(snapshot => snapshot.Lag == 1, "the first is done with");
        Advance(9);
        await ShowAsync();
        Assert.Equal(1, Webhooks.Count);
        Advance(1);

        await AnswerAsync("2", 200);
    }

    [Fact]
    public async Task Events_that_nobody_wants_move_the_cursor_on_disk_after_a_while()
    {
        await StartAsync(Spec with { Filter = new EventFilter { Types = ["RESUME"] } });
        Happen("a", "b");
        await ShowsAsync(snapshot => snapshot.Lag == 0, "both are passed");
        Assert.Equal(0, Store[Id].Progress.Cursor["h"].Sequence);
        Advance(10);

        await KeptAsync(2);
        Assert.Equal((0, 1), (Webhooks.Count, Store.Saves));
    }

    [Fact]
    public async Task Missing_events_are_told()
    {
        await StartAsync(from: EventCursor.Beginning.With("h", new EventPosition(7, 3)));

        var sent = await NextAsync();
        Assert.StartsWith("\"gap", sent.Text);
        sent.Answer(200);
        Happen("a");
        await AnswerAsync("1", 200);
    }

    [Fact]
    public async Task Full_disk_is_waited_for_and_nothing_is_sent_twice()
    {
        await StartAsync();
        Store.IsBroken = true;
        Happen("a", "b");
        await AnswerAsync("1", 200);
        await ShowsAsync(snapshot => snapshot is { Status: SubscriptionStatus.Failing, LastError: "the disk is full" }, "it tells of the disk");
        Store.IsBroken = false;
        Advance(1);

        await AnswerAsync("2", 200);
        await KeptAsync(2);
        await ShowsAsync(snapshot => snapshot is { Status: SubscriptionStatus.Active, LastError: null }, "it is well again");
    }

    [Fact]
    public async Task Log_that_has_forgotten_who_waits_is_asked_anew()
    {
        var lost = CreateTestProbe();
        await StartAsync(change: environment => environment with { Logs = EventLogs.Of("h", lost.Ref, Time) });
        await lost.ExpectMsgAsync<EventQueries.Read>(Limit);
        Advance(TimeSpan.FromMinutes(5));

        await lost.ExpectMsgAsync<EventQueries.Read>(Limit);
    }

    [Fact]
    public async Task Log_that_cannot_be_read_is_asked_again()
    {
        var log = CreateTestProbe();
        await StartAsync(change: environment => environment with { Logs = EventLogs.Of("h", log.Ref, Time) });
        await log.ExpectMsgAsync<EventQueries.Read>(Limit);
        log.Reply(new EventReplies.Failed("the disk is gone"));
        var child = await InTime(Sys.ActorSelection(Supervisor.Path / Id).ResolveOne(Limit));
        await Eventually.TrueAsync(async () => (await child.Ask<SubscriptionSnapshot>(new WebhookActor.Show(null), Limit)).LastError?.Contains("the disk is gone", StringComparison.Ordinal) == true, Limit, "it tells of the log");
        Advance(1);

        await log.ExpectMsgAsync<EventQueries.Read>(Limit);
        log.Reply(new EventReplies.Page([], new EventPosition(1, 0), null, true));
        await Eventually.TrueAsync(async () => (await child.Ask<SubscriptionSnapshot>(new WebhookActor.Show(null), Limit)) is { LastError: null, Status: SubscriptionStatus.Active }, Limit, "it is well again");
    }

    [Fact]
    public async Task Kill_in_the_middle_of_a_request_sends_it_again()
    {
        await StartAsync();
        Happen("a", "b");
        await AnswerAsync("1", 200);
        var lost = await NextAsync();
        await KillAsync();
        Assert.True(lost.Answered.Task.IsCanceled);
        Begin();

        var again = await NextAsync();
        Assert.Equal((lost.Text, lost.Request.Id), (again.Text, again.Request.Id));
    }

    [Fact]
    public async Task Actor_that_fails_is_begun_anew_after_a_pause_where_it_was()
    {
        Webhooks.Poison = 2;
        await StartAsync();
        Happen("a", "b");
        await AnswerAsync("1", 200);
        await ShowsAsync(snapshot => snapshot.LastError?.Contains("begun anew", StringComparison.Ordinal) == true, "it failed");
        Assert.Equal(1, (await ShowAsync()).Subscription.Progress.Delivered);
        Webhooks.Poison = null;
        Advance(5);

        await AnswerAsync("2", 200);
    }
}
