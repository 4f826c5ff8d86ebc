using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Actors.Tests.FanOut;

/// <summary>When a durable job's outcomes and programs go to the disk: together, as long as others are awaited.</summary>
public sealed class JobWritePauseTests : JobTest
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(15);
    private readonly FakeJobStore _store = new() { IsImmediate = true };

    public JobWritePauseTests() => IdempotencyKey = "key";

    private protected override FanOutEnvironment Environment => base.Environment with { Store = _store, WritePause = Pause };

    [Fact]
    public async Task The_first_outcome_is_written_at_once_and_those_of_the_pause_together()
    {
        var job = await StartAsync(5);

        job.End((0, Outcome(Phase.Succeeded)));
        await SettleAllAsync();
        Assert.Equal(["0"], Ended());
        job.End((1, Outcome(Phase.Succeeded)));
        job.End((2, Outcome(Phase.Succeeded)));
        await SettleAllAsync();
        Assert.Equal(["0"], Ended());
        Assert.Equal(1, await ShownAsync(job));

        Advance(Pause);

        await AwaitAssertAsync(() => Assert.Equal(["0", "1", "2"], Ended()));
        Assert.Equal(3, await ShownAsync(job));
    }

    [Fact]
    public async Task Each_pause_is_followed_by_another_as_long_as_something_comes()
    {
        var job = await StartAsync(9);
        job.End((0, Outcome(Phase.Succeeded)));
        await SettleAllAsync();
        for (var ordinal = 1; ordinal < 5; ordinal++)
        {
            job.End((ordinal, Outcome(Phase.Succeeded)));
            await SettleAllAsync();
            Assert.Equal(ordinal, Ended().Length);
            Advance(Pause);
            await AwaitAssertAsync(() => Assert.Equal(ordinal + 1, Ended().Length));
        }
        Advance(Pause);
        await SettleAllAsync();

        job.End((5, Outcome(Phase.Succeeded)));

        await AwaitAssertAsync(() => Assert.Equal(6, Ended().Length));
    }

    [Fact]
    public async Task The_last_outcome_waits_for_no_pause_and_takes_with_it_what_waits()
    {
        var job = await StartAsync(3);
        job.End((0, Outcome(Phase.Succeeded)));
        job.End((1, Outcome(Phase.Succeeded)));
        await SettleAllAsync();

        job.End((2, Outcome(Phase.Succeeded)));

        await AwaitAssertAsync(() => Assert.Equal(["0", "1", "2"], Ended()));
        Assert.True((await AskAsync<JobReplies.Page>(new JobQueries.Read(job.Id, 0))).Job.EndedAt is not null);
    }

    [Fact]
    public async Task Programs_are_written_with_the_outcomes_of_others()
    {
        var job = await StartAsync(4);
        Tell(job, 0);
        await SettleAllAsync();
        Assert.Equal(["started 0"], Programs());
        Tell(job, 1);
        job.End((0, Outcome(Phase.Succeeded)));
        await SettleAllAsync();
        Assert.Equal(["started 0"], Programs());

        Advance(Pause);

        await AwaitAssertAsync(() => Assert.Equal(["started 0", "started 1"], Programs()));
        Assert.Equal(["0"], Ended());
    }

    [Fact]
    public async Task What_the_store_did_not_take_waits_for_its_own_time()
    {
        var job = await StartAsync(4);
        job.End((0, Outcome(Phase.Succeeded)));
        await SettleAllAsync();
        job.End((1, Outcome(Phase.Succeeded)));
        _store.Failure = "the disk is full";
        Advance(Pause);
        await AwaitAssertAsync(async () => Assert.Equal(2, await ShownAsync(job)));
        _store.Failure = null;
        Advance(Pause);
        await SettleAllAsync();
        Assert.Equal(["0"], Ended());

        Advance(1);

        await AwaitAssertAsync(() => Assert.Equal(["0", "1"], Ended()));
    }

    [Fact]
    public async Task A_job_that_leaves_the_node_waits_for_no_pause()
    {
        var job = await StartAsync(3);
        job.End((0, Outcome(Phase.Succeeded)));
        job.End((1, Outcome(Phase.Succeeded)));
        await SettleAllAsync();
        Watch(job.Actor);

        job.Actor.Tell(JobSignals.Leave.Instance, TestActor);

        await ExpectTerminatedAsync(job.Actor);
        Assert.Equal(["0", "1"], Ended());
    }

    private static void Tell(RunningJob job, int ordinal) =>
        job.Actor.Tell(new FanOutEvents.Progressed(job.Id, [(ordinal, new InvocationProgress(PendingPhase.Running, Evidence: new ExecEvidence(ordinal, "agent")))]));

    private async Task<int> ShownAsync(RunningJob job) => (await AskAsync<JobReplies.Page>(new JobQueries.Read(job.Id, 0))).Outcomes.Count;

    private string[] Ended() => [.. _store.Written.OfType<JobWrite.Ended>().SelectMany(ended => ended.Outcomes).Select(item => $"{item.Ordinal}")];

    private string[] Programs() => [.. _store.Written.OfType<JobWrite.Started>().SelectMany(started => started.Programs).Select(item => $"started {item.Ordinal}")];
}
