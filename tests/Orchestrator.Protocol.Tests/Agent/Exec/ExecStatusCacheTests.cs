using System.Text;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Tests.Agent.Exec;

public class ExecStatusCacheTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly ExecStatusCache _cache;

    public ExecStatusCacheTests() => _cache = new ExecStatusCache(_time);

    [Fact]
    public void End_is_told_again_and_only_for_its_own_pid()
    {
        var end = Ended(3);

        _cache.Note(GuestExecution.EncodeStatus(1), end);

        Assert.True(_cache.TryGet(GuestExecution.EncodeStatus(1), out var again));
        Assert.Same(end, again);
        Assert.False(_cache.TryGet(GuestExecution.EncodeStatus(11), out _));
    }

    [Fact]
    public void What_is_kept_goes_on_in_another_one()
    {
        _cache.Note(GuestExecution.EncodeStatus(7), Ended(3), isClaimed: false);
        _cache.Note(GuestExecution.EncodeStatus(8), Ended(4));

        var kept = _cache.Kept;
        var other = new ExecStatusCache(_time);
        other.Restore(kept);

        Assert.Equal([(7, false), (8, true)], kept.Select(end => (end.Pid, end.IsClaimed)));
        Assert.Equal(kept.Select(end => Encoding.UTF8.GetString(end.Answer.Span)), other.Kept.Select(end => Encoding.UTF8.GetString(end.Answer.Span)));
        Assert.True(other.TryGet(GuestExecution.EncodeStatus(7), out var end));
        Assert.Equal(Encoding.UTF8.GetString(Ended(3).Value.Span), Encoding.UTF8.GetString(end!.Value.Span));
        Assert.Equal([true, true], other.Kept.Select(end => end.IsClaimed));
    }

    [Fact]
    public void First_end_of_a_pid_stays()
    {
        var first = Ended(1);
        _cache.Note(GuestExecution.EncodeStatus(1), first);

        _cache.Note(GuestExecution.EncodeStatus(1), Ended(2));

        Assert.True(_cache.TryGet(GuestExecution.EncodeStatus(1), out var end));
        Assert.Same(first, end);
    }

    [Fact]
    public void Anything_but_an_end_is_not_kept()
    {
        var status = GuestExecution.EncodeStatus(1);

        _cache.Note(status, ScriptedChannel.Returned("""{"exited":false}"""));
        _cache.Note(status, ScriptedChannel.Refused);
        _cache.Note(status, ScriptedChannel.Lost);
        _cache.Note(AgentTest.Ping, Ended(0));

        Assert.False(_cache.TryGet(status, out _));
        Assert.False(_cache.TryGet(AgentTest.Ping, out _));
    }

    [Fact]
    public void Sixty_four_ends_are_kept_and_the_oldest_goes_first()
    {
        for (var pid = 0; pid < 65; pid++)
            _cache.Note(GuestExecution.EncodeStatus(pid), Ended(pid));

        Assert.Equal(Enumerable.Range(1, 64), Enumerable.Range(0, 65).Where(Keeps));
    }

    [Fact]
    public void Large_ends_push_out_older_ones_by_their_bytes_and_the_newest_always_stays()
    {
        var large = new CommandResult.Returned(Encoding.UTF8.GetBytes("""{"exited":true,"out-data":" """[..^1] + new string('A', 30 * 1024 * 1024) + "\"}"));
        var larger = new CommandResult.Returned(Encoding.UTF8.GetBytes("""{"exited":true,"out-data":" """[..^1] + new string('A', 70 * 1024 * 1024) + "\"}"));

        for (var pid = 0; pid < 3; pid++)
            _cache.Note(GuestExecution.EncodeStatus(pid), large);
        Assert.Equal([1, 2], Enumerable.Range(0, 3).Where(Keeps));
        _cache.Note(GuestExecution.EncodeStatus(3), larger);
        Assert.Equal([3], Enumerable.Range(0, 4).Where(Keeps));
        _cache.Note(GuestExecution.EncodeStatus(4), Ended(0));
        Assert.Equal([4], Enumerable.Range(0, 5).Where(Keeps));
    }

    [Fact]
    public void Another_incarnation_knows_none_of_them()
    {
        _cache.Note(GuestExecution.EncodeStatus(1), Ended(0));

        _cache.Clear();

        Assert.False(Keeps(1));
    }

    [Fact]
    public void Only_an_end_that_was_not_known_is_news()
    {
        var status = GuestExecution.EncodeStatus(1);

        Assert.False(_cache.Note(status, ScriptedChannel.Returned("""{"exited":false}""")));
        Assert.False(_cache.Note(status, ScriptedChannel.Lost));
        Assert.True(_cache.Note(status, Ended(0)));
        Assert.False(_cache.Note(status, Ended(0)));
        _cache.Note(GuestExecution.Encode(new ExecSpec { Argv = ["/bin/true"] }), ScriptedChannel.Returned("""{"pid":1}"""));
        Assert.True(_cache.Note(status, Ended(0)));
    }

    [Fact]
    public void Ends_that_nobody_has_asked_for_are_not_pushed_out_by_those_that_somebody_has()
    {
        NoteUnclaimed(0);
        for (var pid = 1; pid <= 200; pid++)
            _cache.Note(GuestExecution.EncodeStatus(pid), Ended(pid));

        Assert.Equal([0, .. Enumerable.Range(137, 64)], Enumerable.Range(0, 201).Where(Keeps));
    }

    [Fact]
    public void There_is_room_for_as_many_ends_as_can_be_kept_until_they_are_claimed_or_old()
    {
        for (var pid = 0; pid < 64; pid++)
        {
            Assert.True(_cache.HasRoomForUnclaimed);
            NoteUnclaimed(pid);
        }
        Assert.False(_cache.HasRoomForUnclaimed);

        Assert.True(_cache.TryGet(GuestExecution.EncodeStatus(5), out _, isClaim: false));
        Assert.False(_cache.HasRoomForUnclaimed);
        Assert.True(Keeps(5));
        Assert.True(Keeps(5));
        Assert.True(_cache.HasRoomForUnclaimed);
        NoteUnclaimed(100);
        Assert.False(_cache.HasRoomForUnclaimed);

        _time.Advance(ExecStatusCache.Retention);
        Assert.True(_cache.HasRoomForUnclaimed);
        NoteUnclaimed(101);
        Assert.False(_cache.TryGet(GuestExecution.EncodeStatus(0), out _, isClaim: false));
        Assert.True(_cache.TryGet(GuestExecution.EncodeStatus(1), out _, isClaim: false));
    }

    [Fact]
    public void There_is_room_only_for_the_largest_end_that_there_can_be()
    {
        var large = new CommandResult.Returned(Encoding.UTF8.GetBytes("""{"exited":true,"out-data":" """[..^1] + new string('A', 22 * 1024 * 1024) + "\"}"));
        _cache.Note(GuestExecution.EncodeStatus(1), large, isClaimed: false);

        Assert.False(_cache.HasRoomForUnclaimed);
        Assert.True(Keeps(1));
        Assert.True(_cache.HasRoomForUnclaimed);
    }

    private void NoteUnclaimed(int pid) => _cache.Note(GuestExecution.EncodeStatus(pid), Ended(pid), isClaimed: false);

    private bool Keeps(int pid) => _cache.TryGet(GuestExecution.EncodeStatus(pid), out _);

    private static CommandResult.Returned Ended(int code) => (CommandResult.Returned)ScriptedChannel.Returned($$"""{"exited":true,"exitcode":{{code}}}""");
}
