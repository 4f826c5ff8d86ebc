using Microsoft.Extensions.Time.Testing;
using Orchestrator.Host.Storage.Postgres;

namespace Orchestrator.Host.Tests.Storage.Postgres;

public sealed class PendingWriteTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly FakeTimeProvider _time = new();
    private readonly PendingWrite _write = new([], null);

    public PendingWriteTests() => _write.Expire(Limit, _time, () => new TimeoutException("late"));

    [Fact]
    public async Task Write_that_is_done_in_time_is_done()
    {
        Assert.True(_write.TryCommit());
        _write.Succeed();
        _time.Advance(Limit);

        await _write.Done;
    }

    [Fact]
    public async Task Write_whose_time_is_over_is_never_committed()
    {
        _time.Advance(Limit);

        await Assert.ThrowsAsync<TimeoutException>(() => _write.Done);
        Assert.True(_write.HasEnded);
        Assert.False(_write.TryCommit());
    }

    [Fact]
    public async Task Write_that_is_being_committed_is_not_given_up_before_its_answer_comes()
    {
        Assert.True(_write.TryCommit());
        _time.Advance(Limit);
        Assert.False(_write.HasEnded);
        _write.Succeed();

        await _write.Done;
    }

    [Fact]
    public async Task Write_whose_commit_failed_after_its_time_is_given_up_then()
    {
        Assert.True(_write.TryCommit());
        _time.Advance(Limit);
        _write.NotCommitted();

        await Assert.ThrowsAsync<TimeoutException>(() => _write.Done);
        Assert.False(_write.TryCommit());
    }

    [Fact]
    public void Write_whose_commit_failed_in_time_is_tried_again()
    {
        Assert.True(_write.TryCommit());
        _write.NotCommitted();

        Assert.False(_write.HasEnded);
        Assert.True(_write.TryCommit());
    }

    [Fact]
    public async Task First_end_is_the_end()
    {
        _write.Fail(new IOException("first"));
        _write.Succeed();
        _write.Fail(new IOException("second"));

        Assert.Equal("first", (await Assert.ThrowsAsync<IOException>(() => _write.Done)).Message);
    }
}
