using Akka.TestKit;
using Orchestrator.Actors.Events;

namespace Orchestrator.Actors.Tests.Events;

/// <summary>A reader of this node's log and of one of another node, which comes, goes and returns.</summary>
public sealed class RemoteLogTests : ActorTest
{
    private readonly TestProbe _own;
    private readonly TestProbe _remote;
    private readonly EventLogs _logs;

    public RemoteLogTests()
    {
        (_own, _remote) = (CreateTestProbe(), CreateTestProbe());
        _logs = EventLogs.Of("own", _own, Time);
    }

    private static EventCursor Known => EventCursor.Beginning.With("own", new(1, 5)).With("far", new(2, 7));

    [Fact]
    public async Task A_log_of_another_node_is_asked_for_pages_of_limited_size_and_time()
    {
        Join();
        var reading = Reader(Known).ReadAsync(default);
        var asked = await _remote.ExpectMsgAsync<EventQueries.Read>();

        Assert.Equal((new EventPosition(2, 7), TimeSpan.FromSeconds(20), 49_152, true), (asked.After!.Value, asked.Patience, asked.MaxBytes, asked.Wait));
        var own = await _own.ExpectMsgAsync<EventQueries.Read>();
        Assert.Equal((null, null), (own.Patience, own.MaxBytes));
        _remote.Reply(Page(2, 8));
        Assert.Equal(new EventPosition(2, 8), (await InTime(reading)).Cursor["far"]);
    }

    [Fact]
    public async Task An_empty_answer_at_the_end_of_its_patience_is_asked_again_and_makes_no_page()
    {
        Join();
        var reading = Reader(Known).ReadAsync(default);
        await _remote.ExpectMsgAsync<EventQueries.Read>();
        _remote.Reply(Empty(2, 7));

        await _remote.ExpectMsgAsync<EventQueries.Read>();
        Assert.False(reading.IsCompleted);
        _remote.Reply(Page(2, 8));
        Assert.Single((await InTime(reading)).Events);
    }

    [Fact]
    public async Task A_log_that_does_not_answer_in_time_is_told_once_and_read_on_where_it_was_left()
    {
        Join();
        var reader = Reader(Known);
        var asked = Time.GetUtcNow();
        var first = reader.ReadAsync(default);
        await _remote.ExpectMsgAsync<EventQueries.Read>();
        var stalled = await AdvanceUntilAsync(first, 10);

        Assert.Equal((StreamNoticeKind.Stalled, "far", asked), (stalled.Notice!.Kind, stalled.Notice.Host, stalled.Notice.Since));
        Assert.Equal(["far"], reader.Stalled);
        var second = reader.ReadAsync(default);
        await AdvanceUntilAsync(_remote.ExpectMsgAsync<EventQueries.Read>().AsTask(), 5);
        await AdvanceUntilAsync(_remote.ExpectMsgAsync<EventQueries.Read>().AsTask(), 5);
        Assert.False(second.IsCompleted);
        await _own.ExpectMsgAsync<EventQueries.Read>();
        _own.Reply(Page(1, 6));
        Assert.Equal("own", (await InTime(second)).Host);
        var third = reader.ReadAsync(default);
        _remote.Reply(Page(2, 8));

        var resumed = await InTime(third);
        Assert.Equal((StreamNoticeKind.Resumed, asked, new EventPosition(2, 7)), (resumed.Notice!.Kind, resumed.Notice.Since, resumed.Cursor["far"]));
        Assert.Empty(reader.Stalled);
        Assert.Equal(new EventPosition(2, 8), (await InTime(reader.ReadAsync(default))).Cursor["far"]);
    }

    [Fact]
    public async Task Whether_a_silent_log_answers_again_is_asked_without_waiting_for_its_next_event()
    {
        Join();
        var reader = Reader(Known);
        var first = reader.ReadAsync(default);
        await _remote.ExpectMsgAsync<EventQueries.Read>();
        _remote.Reply(new EventReplies.Failed("the disk is gone"));
        Assert.Equal("the disk is gone", (await InTime(first)).Notice!.Reason);

        var second = reader.ReadAsync(default);
        var probing = await AdvanceUntilAsync(_remote.ExpectMsgAsync<EventQueries.Read>().AsTask(), 5);

        Assert.Equal((false, null), (probing.Wait, probing.Patience));
        _remote.Reply(Empty(2, 7));
        Assert.Equal(StreamNoticeKind.Resumed, (await InTime(second)).Notice!.Kind);
        _ = reader.ReadAsync(default);
        Assert.True((await _remote.ExpectMsgAsync<EventQueries.Read>()).Wait);
    }

    [Fact]
    public async Task An_unreachable_node_is_told_at_once_and_its_new_process_is_read_at_the_cursor()
    {
        Join();
        var reader = Reader(Known);
        var first = reader.ReadAsync(default);
        await _remote.ExpectMsgAsync<EventQueries.Read>();
        _logs.MarkUnreachable("far", Time.GetUtcNow() - TimeSpan.FromSeconds(3));

        var stalled = await InTime(first);
        Assert.Equal((StreamNoticeKind.Stalled, Time.GetUtcNow() - TimeSpan.FromSeconds(3)), (stalled.Notice!.Kind, stalled.Notice.Since));
        _remote.Reply(Page(2, 8));
        var second = reader.ReadAsync(default);
        var reborn = CreateTestProbe();
        _logs.Put("far", reborn, isRemote: true);
        Assert.Equal(new EventPosition(2, 7), (await reborn.ExpectMsgAsync<EventQueries.Read>()).After);
        reborn.Reply(Page(2, 8));
        Assert.Equal(StreamNoticeKind.Resumed, (await InTime(second)).Notice!.Kind);
        Assert.Equal(new EventPosition(2, 8), (await InTime(reader.ReadAsync(default))).Cursor["far"]);
    }

    [Fact]
    public async Task A_node_that_starts_anew_unnoticed_is_asked_anew()
    {
        Join();
        var reading = Reader(Known).ReadAsync(default);
        await _remote.ExpectMsgAsync<EventQueries.Read>();
        var reborn = CreateTestProbe();
        _logs.Put("far", reborn, isRemote: true);
        await reborn.ExpectMsgAsync<EventQueries.Read>();

        _remote.Reply(Page(2, 9));
        reborn.Reply(Page(2, 8));

        Assert.Equal((null, new EventPosition(2, 8)), ((await InTime(reading)).Notice, (await InTime(reading)).Cursor["far"]));
    }

    [Fact]
    public async Task A_log_that_joins_later_is_read_from_what_it_logged_since_the_reader_began()
    {
        var began = Time.GetUtcNow();
        var reading = Reader(EventCursor.At(began).With("own", new(1, 5))).ReadAsync(default);
        await _own.ExpectMsgAsync<EventQueries.Read>();
        Join();

        Assert.Equal(began, (await _remote.ExpectMsgAsync<EventQueries.Find>()).Since);
        _remote.Reply(new EventReplies.Found(new EventPosition(9, 3)));
        Assert.Equal(new EventPosition(9, 3), (await _remote.ExpectMsgAsync<EventQueries.Read>()).After);
        _remote.Reply(Page(9, 4));
        Assert.Equal(new EventPosition(9, 4), (await InTime(reading)).Cursor["far"]);
    }

    [Fact]
    public async Task A_log_that_joins_a_reader_without_a_time_is_read_from_its_beginning()
    {
        var reading = Reader(EventCursor.Beginning.With("own", new(1, 5))).ReadAsync(default);
        Join();

        Assert.Equal(EventPosition.Beginning, (await _remote.ExpectMsgAsync<EventQueries.Read>()).After);
        _remote.Reply(Page(9, 1));
        Assert.Equal("far", (await InTime(reading)).Host);
    }

    [Fact]
    public async Task A_log_that_was_removed_is_not_waited_for_and_keeps_its_part_of_the_cursor()
    {
        Join();
        var reader = Reader(Known);
        _logs.MarkUnreachable("far", Time.GetUtcNow());
        Assert.NotNull((await InTime(reader.ReadAsync(default))).Notice);
        var reading = reader.ReadAsync(default);
        _logs.Remove("far");
        await _own.ExpectMsgAsync<EventQueries.Read>();
        _own.Reply(Page(1, 6));

        Assert.Equal(new EventPosition(2, 7), (await InTime(reading)).Cursor["far"]);
        Assert.Empty(reader.Stalled);
    }

    [Fact]
    public async Task What_is_kept_of_a_log_that_does_not_answer_is_nothing_and_told()
    {
        _logs.MarkUnreachable("far", Time.GetUtcNow());
        var reader = Reader(Known);

        Assert.Equal(StreamNoticeKind.Stalled, (await InTime(reader.ReadKeptAsync("far", default)))!.Notice!.Kind);
        Assert.Null(await InTime(reader.ReadKeptAsync("far", default)));
    }

    [Fact]
    public async Task A_call_that_is_cancelled_loses_nothing()
    {
        Join();
        var reader = Reader(Known);
        using (var end = new CancellationTokenSource())
        {
            var reading = reader.ReadAsync(end.Token);
            await _remote.ExpectMsgAsync<EventQueries.Read>();
            end.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => InTime(reading));
        }

        var second = reader.ReadAsync(default);
        Assert.Equal(new EventPosition(2, 7), (await _remote.ExpectMsgAsync<EventQueries.Read>()).After);
        _remote.Reply(Page(2, 8));
        Assert.Single((await InTime(second)).Events);
    }

    [Fact]
    public async Task A_busy_log_does_not_keep_another_from_its_turn()
    {
        Join();
        var reader = Reader(Known);
        var hosts = new List<string>();
        for (var (round, reading) = (0, reader.ReadAsync(default)); round < 4; round++, reading = reader.ReadAsync(default))
        {
            if (round % 2 == 0)
            {
                await _own.ExpectMsgAsync<EventQueries.Read>();
                _own.Reply(Page(1, 6 + round));
                await _remote.ExpectMsgAsync<EventQueries.Read>();
                _remote.Reply(Page(2, 8 + round));
            }
            hosts.Add((await InTime(reading)).Host);
        }

        Assert.Equal((2, 2), (hosts.Count(host => host == "own"), hosts.Count(host => host == "far")));
    }

    [Fact]
    public async Task The_end_of_all_logs_leaves_out_those_that_do_not_answer_and_says_from_when_they_are_read()
    {
        Join();
        _logs.MarkUnreachable("gone", Time.GetUtcNow());
        var finding = _logs.FindEndAsync(default);
        await _own.ExpectMsgAsync<EventQueries.Find>();
        _own.Reply(new EventReplies.Found(new EventPosition(1, 5)));

        var end = await AdvanceUntilAsync(finding, 10);

        Assert.Equal(["own"], end.Hosts);
        Assert.InRange(end.Since!.Value, Time.GetUtcNow() - TimeSpan.FromSeconds(60), Time.GetUtcNow() - TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task The_nodes_own_log_has_to_tell_its_end()
    {
        var finding = _logs.FindEndAsync(default);
        await _own.ExpectMsgAsync<EventQueries.Find>();
        _own.Reply(new EventReplies.Failed("the disk is gone"));

        Assert.Contains("the disk is gone", (await Assert.ThrowsAsync<EventReadException>(() => InTime(finding))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<EventReadException>(() => AdvanceUntilAsync(_logs.FindEndAsync(default), 10));
        Assert.Null(await AdvanceUntilAsync(_logs.LagAsync(Known, default), 10));
    }

    private void Join() => _logs.Put("far", _remote, isRemote: true);

    private EventReader Reader(EventCursor from) => new(_logs, from, 10);

    private static EventReplies.Page Empty(long epoch, long sequence) => new([], new EventPosition(epoch, sequence), null, true);

    private static EventReplies.Page Page(long epoch, long sequence) => new(
        [new FleetEvent { Host = "h", VmName = "v", Name = "A", Time = default, Provenance = Provenance.Host, Epoch = epoch, Sequence = sequence }],
        new EventPosition(epoch, sequence),
        null,
        true);
}
