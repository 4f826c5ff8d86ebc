using Akka.TestKit;
using Orchestrator.Actors.Events;

namespace Orchestrator.Actors.Tests.Events;

public sealed class EventReaderTests : ActorTest
{
    private readonly TestProbe _one;
    private readonly TestProbe _two;
    private readonly EventLogs _logs;

    public EventReaderTests()
    {
        (_one, _two) = (CreateTestProbe(), CreateTestProbe());
        _logs = new EventLogs(Time);
        _logs.Put("one", _one, isRemote: false);
        _logs.Put("two", _two, isRemote: false);
    }

    [Fact]
    public async Task Pages_come_from_whichever_log_has_news_and_the_cursor_grows_log_by_log()
    {
        var reader = new EventReader(_logs, EventCursor.Beginning.With("one", new(7, 3)), 10);
        var first = reader.ReadAsync(default);
        Assert.Equal(new EventQueries.Read(new(7, 3), 10), await _one.ExpectMsgAsync<EventQueries.Read>());
        Assert.Equal(new EventQueries.Read(EventPosition.Beginning, 10), await _two.ExpectMsgAsync<EventQueries.Read>());

        _two.Reply(Page("two", 9, 1, 2));

        var page = await InTime(first);
        Assert.Equal(("two", 2), (page.Host, page.Events.Count));
        Assert.Equal((new EventPosition(7, 3), new EventPosition(9, 2)), (page.Cursor["one"], page.Cursor["two"]));
        Assert.Equal(new EventPosition(9, 1), page.CursorAfter(page.Events[0])["two"]);
        var second = reader.ReadAsync(default);
        Assert.Equal(new EventQueries.Read(new(9, 2), 10), await _two.ExpectMsgAsync<EventQueries.Read>());
        Assert.False(_one.HasMessages);
        _one.Reply(Page("one", 7, 4));
        Assert.Equal(new EventPosition(7, 4), (await InTime(second)).Cursor["one"]);
        Assert.Equal(new EventPosition(9, 2), reader.Cursor["two"]);
    }

    [Fact]
    public async Task A_log_that_cannot_be_read_is_named_and_asked_again()
    {
        var reader = new EventReader(_logs, EventCursor.Beginning, 10);
        var first = reader.ReadAsync(default);
        await _one.ExpectMsgAsync<EventQueries.Read>();
        _one.Reply(new EventReplies.Failed("the disk is gone"));

        var error = await Assert.ThrowsAsync<EventReadException>(() => InTime(first));

        Assert.Equal("one", error.Host);
        Assert.Contains("the disk is gone", error.Message, StringComparison.Ordinal);
        var second = reader.ReadAsync(default);
        await _one.ExpectMsgAsync<EventQueries.Read>();
        _one.Reply(Page("one", 7, 1));
        Assert.Equal("one", (await InTime(second)).Host);
    }

    [Fact]
    public async Task What_is_kept_is_read_without_waiting_until_there_is_nothing_more()
    {
        var reader = new EventReader(_logs, EventCursor.Beginning, 10);
        var first = reader.ReadKeptAsync("one", default);
        Assert.Equal(new EventQueries.Read(EventPosition.Beginning, 10, Wait: false), await _one.ExpectMsgAsync<EventQueries.Read>());
        _one.Reply(Page("one", 7, 1));
        Assert.Single((await InTime(first))!.Events);

        var second = reader.ReadKeptAsync("one", default);
        await _one.ExpectMsgAsync<EventQueries.Read>();
        _one.Reply(new EventReplies.Page([], new EventPosition(7, 1), null, true));

        Assert.Null(await InTime(second));
    }

    private static EventReplies.Page Page(string host, long epoch, params long[] sequences) => new(
        [.. sequences.Select(sequence => new FleetEvent { Host = host, VmName = "v", Name = "A", Time = default, Provenance = Provenance.Host, Epoch = epoch, Sequence = sequence })],
        new EventPosition(epoch, sequences[^1]),
        null,
        true);
}
