using System.Text;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Tests.Agent.Exec;

public class ExecStatusCacheTests
{
    private readonly ExecStatusCache _cache = new();

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

    private bool Keeps(int pid) => _cache.TryGet(GuestExecution.EncodeStatus(pid), out _);

    private static CommandResult.Returned Ended(int code) => (CommandResult.Returned)ScriptedChannel.Returned($$"""{"exited":true,"exitcode":{{code}}}""");
}
