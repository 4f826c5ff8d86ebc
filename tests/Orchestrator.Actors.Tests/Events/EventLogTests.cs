using Akka.Actor;
using Akka.TestKit;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Filtering;
using Orchestrator.Actors.Tests.FanOut.Selectors;

namespace Orchestrator.Actors.Tests.Events;

public sealed class EventLogTests : ActorTest
{
    private const int InMemory = 4;
    private readonly FakeEventStore _store = new();
    private EventLogSettings _settings = new() { KeptInMemory = InMemory };
    private readonly HashSet<TestProbe> _told = [];
    private IActorRef _log = ActorRefs.Nobody;

    [Fact]
    public async Task Events_are_numbered_in_the_order_they_came()
    {
        Start();
        Publish("A", "B", "C");
        await LongReadAsync(2);

        var page = await ReadAsync(0);

        Assert.Equal([(1000, 1L, "A"), (1000, 2L, "B"), (1000, 3L, "C")], page.Events.Select(happened => ((int)happened.Epoch, happened.Sequence, happened.Name)));
        Assert.Equal((new EventPosition(1000, 3), null, true), (page.Next, page.Gap, page.IsCaughtUp));
        Assert.Equal(["A", "B", "C"], _store.Kept.Select(happened => happened.Name));
    }

    [Fact]
    public async Task Nobody_sees_an_event_before_it_is_on_disk_and_what_comes_meanwhile_is_one_batch()
    {
        _store.IsImmediate = false;
        Start();
        _log.Tell(new EventQueries.Read(null, 10), TestActor);
        Publish("A");
        await EventuallyPendingAsync();
        Publish("B", "C");
        await SettleAsync(_log);
        Assert.False(HasMessages);
        Assert.Equal(1, _store.Pending);

        _store.Commit();

        Assert.Equal(["A"], Names(await ExpectMsgAsync<EventReplies.Page>()));
        await EventuallyPendingAsync();
        _store.Commit();
        Assert.Equal(["B", "C"], Names(await LongReadAsync(1)));
    }

    [Fact]
    public async Task Events_of_a_busy_node_wait_for_each_other_until_it_is_quiet_again()
    {
        await BecomeBusyAsync();
        foreach (var name in new[] { "A", "B", "C", "D" })
            await PublishOneAsync(name);
        Assert.Equal(5, Written().Length);

        Advance(0.005);
        await AwaitAssertAsync(() => Assert.Equal("A B C D", Written()[^1]));
        await PublishOneAsync("E");
        Assert.Equal("A B C D", Written()[^1]);
        // Too few for another pause.
        Advance(0.005);
        await AwaitAssertAsync(() => Assert.Equal("E", Written()[^1]));
        await PublishOneAsync("F");
        Assert.Equal("F", Written()[^1]);
    }

    [Fact]
    public async Task Events_that_come_at_a_quiet_pace_wait_for_nothing()
    {
        _settings = _settings with { WritePause = TimeSpan.FromMilliseconds(5) };
        Start();
        for (var number = 1; number < 20; number++)
        {
            await PublishOneAsync("A");
            Assert.Equal(number, Written().Length);
            Advance(0.003);
        }
    }

    [Fact]
    public async Task Many_events_wait_for_no_pause()
    {
        await BecomeBusyAsync();
        Publish([.. Enumerable.Repeat("B", 63)]);
        await SettleAllAsync();
        Assert.Equal(5, Written().Length);

        Publish("B");

        await AwaitAssertAsync(() => Assert.Equal(6, Written().Length));
        Assert.Equal(69, _store.Kept.Count);
    }

    /// <summary>Five writes, four of them right after another.</summary>
    private async Task BecomeBusyAsync()
    {
        _settings = _settings with { WritePause = TimeSpan.FromMilliseconds(5) };
        Advance(1);
        Start();
        for (var number = 1; number <= 5; number++)
        {
            await PublishOneAsync("A");
            Assert.Equal(number, Written().Length);
        }
    }

    private async Task PublishOneAsync(string name)
    {
        Publish(name);
        await SettleAllAsync();
    }

    [Theory]
    [InlineData(0, 3, "1 2 3", false)]
    [InlineData(2, 100, "3 4 5 6 7 8 9 10", true)]
    [InlineData(5, 2, "6 7", false)]
    [InlineData(6, 100, "7 8 9 10", true)]
    [InlineData(9, 100, "10", true)]
    public async Task Older_events_come_from_disk_and_the_newest_from_memory(int after, int max, string sequences, bool isCaughtUp)
    {
        Start();
        Publish(Ten);
        await LongReadAsync(9);
        var reads = _store.Reads;

        var page = await ReadAsync(after, max);

        Assert.Equal(sequences, string.Join(' ', page.Events.Select(happened => happened.Sequence)));
        Assert.All(page.Events, happened => Assert.Equal(1000, happened.Epoch));
        Assert.Equal((new EventPosition(1000, page.Events[^1].Sequence), null, isCaughtUp), (page.Next, page.Gap, page.IsCaughtUp));
        Assert.Equal(after < 6 ? 1 : 0, _store.Reads - reads);
    }

    [Fact]
    public async Task A_reader_of_what_is_no_longer_kept_is_told_and_goes_on_with_what_is()
    {
        Start();
        Publish(Ten);
        await LongReadAsync(9);
        _store.TrimTo = 4;
        Advance(1);
        await AwaitAssertAsync(async () => Assert.Equal(new EventGap(2, 3, EventGapCause.Expired), (await ReadAsync(1)).Gap));

        var page = await ReadAsync(0, max: 2);
        var beginning = await _log.Ask<EventReplies.Page>(new EventQueries.Read(EventPosition.Beginning, 2), Limit);

        Assert.Equal((new EventGap(1, 3, EventGapCause.Expired), "4 5"), (page.Gap, string.Join(' ', page.Events.Select(happened => happened.Sequence))));
        Assert.Equal((null, "4 5"), (beginning.Gap, string.Join(' ', beginning.Events.Select(happened => happened.Sequence))));
    }

    [Theory]
    [InlineData(999, 3)]
    [InlineData(1000, 17)]
    [InlineData(1001, 0)]
    public async Task A_place_in_another_log_begins_this_one_anew(long epoch, long sequence)
    {
        Start();
        Publish("A", "B");
        await LongReadAsync(1);

        var page = await _log.Ask<EventReplies.Page>(new EventQueries.Read(new EventPosition(epoch, sequence), 10), Limit);

        Assert.Equal((EventGapCause.Foreign, "A B"), (page.Gap!.Cause, string.Join(' ', Names(page))));
    }

    [Fact]
    public async Task Readers_that_have_everything_wait_for_news()
    {
        Start();
        Publish("A");
        await LongReadAsync(0);
        _log.Tell(new EventQueries.Read(new EventPosition(1000, 1), 10), TestActor);
        _log.Tell(new EventQueries.Read(null, 10), TestActor);
        await SettleAsync(_log);
        Assert.False(HasMessages);

        Publish("B");

        foreach (var _ in new[] { 1, 2 })
            Assert.Equal(["B"], Names(await ExpectMsgAsync<EventReplies.Page>()));
        Publish("C");
        await LongReadAsync(2);
        Assert.False(HasMessages);
    }

    [Fact]
    public async Task A_reader_is_not_woken_for_a_few_events_that_it_does_not_want()
    {
        Start();
        var filter = new EventFilter { Types = ["WANTED"] };
        _log.Tell(new EventQueries.Read(EventPosition.Beginning, 1000, Filter: filter), TestActor);
        for (var number = 1; number <= 150; number++)
        {
            Publish("E" + number);
            await LongReadAsync(number - 1);
        }
        Assert.False(HasMessages);

        Publish("WANTED");

        var page = await ExpectMsgAsync<EventReplies.Page>();
        Assert.Equal((151, "WANTED", true), (page.Events.Count, page.Events[^1].Name, page.IsCaughtUp));
    }

    [Theory]
    [InlineData(200, 0)]
    [InlineData(1, 10)]
    public async Task A_reader_moves_on_over_what_it_does_not_want(int events, double seconds)
    {
        Start();
        _log.Tell(new EventQueries.Read(EventPosition.Beginning, 1000, Filter: new EventFilter { Vms = Sample.Parse("other") }), TestActor);
        for (var number = 1; number <= events; number++)
        {
            Publish("E" + number);
            await LongReadAsync(number - 1);
        }
        Advance(seconds);

        Assert.Equal(new EventPosition(1000, events), (await ExpectMsgAsync<EventReplies.Page>()).Next);
    }

    [Fact]
    public async Task Quiet_readers_are_not_woken_all_at_once()
    {
        Start();
        var quiet = Enumerable.Range(0, 100).Select(_ => CreateTestProbe()).ToArray();
        foreach (var reader in quiet)
            Ask(reader, EventPosition.Beginning);
        for (var number = 1; number <= 200; number++)
        {
            Publish("E" + number);
            await LongReadAsync(number - 1);
        }
        Assert.Equal(8, await WokenAsync());
        Publish("E201");
        await LongReadAsync(200);
        Assert.Equal(8, await WokenAsync());

        // The others within ten seconds, whoever has been told waits again.
        for (var second = 1; second <= 10; second++)
        {
            Advance(1);
            Assert.InRange(await WokenAsync(), 0, 11);
        }
        Assert.Equal(quiet.Length, _told.Count);

        async Task<int> WokenAsync()
        {
            await SettleAsync(_log);
            var now = 0;
            foreach (var reader in quiet.Where(reader => reader.HasMessages))
            {
                Ask(reader, (await reader.ExpectMsgAsync<EventReplies.Page>()).Next);
                _told.Add(reader);
                now++;
            }
            await SettleAsync(_log);
            return now;
        }

        void Ask(TestProbe reader, EventPosition after) => _log.Tell(new EventQueries.Read(after, 1000, Filter: new EventFilter { Types = ["WANTED"] }), reader);
    }

    [Fact]
    public async Task A_reader_that_does_not_wait_is_answered_at_once()
    {
        Start();

        var page = await _log.Ask<EventReplies.Page>(new EventQueries.Read(EventPosition.Beginning, 10, Wait: false), Limit);

        Assert.Equal((0, true, new EventPosition(1000, 0)), (page.Events.Count, page.IsCaughtUp, page.Next));
    }

    [Fact]
    public async Task Too_many_waiting_readers_send_the_longest_waiting_away()
    {
        _settings = _settings with { MaxWaitingReaders = 8 };
        Start();
        var longest = CreateTestProbe();
        _log.Tell(new EventQueries.Read(EventPosition.Beginning, 10), longest);
        for (var reader = 0; reader < 8; reader++)
            _log.Tell(new EventQueries.Read(EventPosition.Beginning, 10), TestActor);

        var page = await longest.ExpectMsgAsync<EventReplies.Page>();

        Assert.Equal((0, new EventPosition(1000, 0)), (page.Events.Count, page.Next));
        await SettleAsync(_log);
        Assert.False(HasMessages);
    }

    [Fact]
    public async Task A_disk_that_is_full_blinds_nobody_and_gets_everything_when_there_is_room()
    {
        Start();
        _store.Failure = "the disk is full";
        _log.Tell(new EventQueries.Read(null, 10), TestActor);
        Publish("A");
        Assert.Equal(["A"], Names(await ExpectMsgAsync<EventReplies.Page>()));
        Publish("B", "C");
        Assert.Equal(["B", "C"], Names(await LongReadAsync(1, atLeast: 2)));
        Assert.Empty(_store.Kept);

        _store.Failure = null;
        await SettleAsync(_log);
        Advance(1);

        await AwaitAssertAsync(() => Assert.Equal(["A", "B", "C"], _store.Kept.Select(happened => happened.Name)));
    }

    [Fact]
    public async Task What_a_full_disk_could_not_take_in_time_is_a_gap_for_who_reads_it_later()
    {
        _settings = _settings with { MaxUnwritten = 3 };
        Start();
        _store.Failure = "the disk is full";
        Publish("A");
        await LongReadAsync(0);
        Publish(Ten);
        await LongReadAsync(10);
        _store.Failure = null;
        Advance(1);
        await AwaitAssertAsync(() => Assert.Equal([9L, 10L, 11L], _store.Kept.Select(happened => happened.Sequence)));
        Publish("X", "Y", "Z", "Q");
        await LongReadAsync(14);

        var page = await ReadAsync(2);

        Assert.Equal(new EventGap(3, 8, EventGapCause.Dropped), page.Gap);
        Assert.Equal(9, page.Events[0].Sequence);
    }

    [Fact]
    public async Task A_log_that_cannot_be_read_says_so()
    {
        Start();
        Publish(Ten);
        await LongReadAsync(9);
        _store.Failure = "the disk is gone";

        var failed = await _log.Ask<EventReplies.Failed>(new EventQueries.Read(EventPosition.Beginning, 10), Limit);

        Assert.Equal("the disk is gone", failed.Message);
    }

    [Fact]
    public async Task A_place_is_found_by_time_and_the_end_without_one()
    {
        Start();
        Publish("A");
        await LongReadAsync(0);
        Advance(60);
        Publish("B");
        await LongReadAsync(1);

        Assert.Equal(new EventPosition(1000, 2), (await FindAsync(null)).Position);
        Assert.Equal(new EventPosition(1000, 1), (await FindAsync(Time.GetUtcNow().AddSeconds(-1))).Position);
        Assert.Equal(new EventPosition(1000, 0), (await FindAsync(Time.GetUtcNow().AddDays(-1))).Position);
    }

    [Fact]
    public async Task A_killed_node_goes_on_in_another_epoch_and_readers_of_what_was_on_disk_miss_nothing()
    {
        Start();
        Publish("A", "B");
        await LongReadAsync(1);
        _store.Restart();
        Start();
        Publish("C");
        await LongReadAsync(2, epoch: 1001);

        var page = await ReadAsync(1);

        Assert.Equal(["B", "C"], Names(page));
        Assert.Equal([1000L, 1001L], page.Events.Select(happened => happened.Epoch));
        Assert.Null(page.Gap);
    }

    [Fact]
    public async Task A_reader_that_saw_more_than_is_on_disk_is_told_that_the_log_was_cut()
    {
        Start();
        Publish("A");
        await LongReadAsync(0);
        _store.Failure = "the disk is full";
        Publish("B");
        await LongReadAsync(1);
        _store.Failure = null;
        _store.Restart();
        Start();
        Publish("C");
        await LongReadAsync(1, epoch: 1001);

        var page = await ReadAsync(2);

        Assert.Equal((EventGapCause.Cut, "C"), (page.Gap!.Cause, string.Join(' ', Names(page))));
    }

    private static string[] Ten => [.. Enumerable.Range(1, 10).Select(number => "E" + number)];

    private static IEnumerable<string> Names(EventReplies.Page page) => page.Events.Select(happened => happened.Name);

    private void Start() => _log = Sys.ActorOf(EventLog.PropsFor(_store, _settings));

    private string[] Written() => [.. _store.Batches.Select(batch => string.Join(' ', batch.Select(happened => happened.Name)))];

    private void Publish(params string[] names)
    {
        foreach (var name in names)
            _log.Tell(new FleetEvent { Host = "h", VmName = "v", Name = name, Time = Time.GetUtcNow(), Provenance = Provenance.Host });
    }

    private Task<EventReplies.Page> ReadAsync(long after, int max = 100) => _log.Ask<EventReplies.Page>(new EventQueries.Read(new EventPosition(1000, after), max), Limit);

    /// <summary>Waits for what comes after a sequence, and for as much of it as is wanted.</summary>
    private async Task<EventReplies.Page> LongReadAsync(long after, long epoch = 1000, int atLeast = 1)
    {
        for (; ; )
        {
            var page = await _log.Ask<EventReplies.Page>(new EventQueries.Read(new EventPosition(epoch, after), 100), Limit);
            if (page.Events.Count >= atLeast)
                return page;
            await SettleAsync(_log);
        }
    }

    private Task<EventReplies.Found> FindAsync(DateTimeOffset? since) => _log.Ask<EventReplies.Found>(new EventQueries.Find(since), Limit);

    private Task EventuallyPendingAsync() => TestKit.Eventually.TrueAsync(() => _store.Pending == 1, Limit, "a batch is to be written");
}
