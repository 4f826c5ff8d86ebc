using Akka.Actor;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Actors.Tests.FanOut.Routing;

/// <summary>A partition as a whole: whose it is, and which jobs it has.</summary>
public sealed class FleetSupervisorTests : FleetJobTest
{
    private const string Id = "01ARYZ6S41TSV4RRFFQ69G5FA7";

    [Fact]
    public async Task Every_router_hears_again_and_again_whose_the_partition_is()
    {
        A.IgnoreMessages(static _ => false);
        await BeginAsync(epoch: 3);
        for (var time = 0; time < 2; time++)
        {
            Assert.Equal(("7", 3L), await A.ExpectMsgAsync<RouterCommands.Announce>() is var told ? (told.Partition, told.Epoch) : default);
            Advance(30);
        }
    }

    [Fact]
    public async Task A_job_may_bring_its_id_and_is_the_same_when_it_is_asked_for_again()
    {
        await SubmitAsync(0, Spec() with { AllowEmpty = true });
        var submit = new JobCommands.Submit(Spec() with { AllowEmpty = true }) { JobId = Id };

        var first = await Jobs.Ask<JobReplies.Accepted>(submit, Limit);
        var second = await Jobs.Ask<JobReplies.Accepted>(submit, Limit);
        await BeginAsync(epoch: 2);
        var third = await Jobs.Ask<JobReplies.Accepted>(submit with { IsRepeated = true }, Limit);

        Assert.Equal([(Id, false), (Id, true), (Id, true)], new[] { first, second, third }.Select(answer => (answer.Job.Id, answer.IsKnown)));
    }

    [Fact]
    public async Task An_id_that_was_asked_for_in_vain_is_begun()
    {
        await BeginAsync();

        var accepted = await Jobs.Ask<JobReplies.Accepted>(new JobCommands.Submit(Spec() with { AllowEmpty = true }) { JobId = Id, IsRepeated = true }, Limit);

        Assert.Equal((Id, false), (accepted.Job.Id, accepted.IsKnown));
    }

    [Fact]
    public async Task An_id_of_another_partition_is_refused()
    {
        await BeginAsync();

        var rejected = await Jobs.Ask<JobReplies.Rejected>(new JobCommands.Submit(Spec()) { JobId = Id[..^1] + "8" }, Limit);

        Assert.Equal("invalid-request", rejected.Code);
        Assert.Contains('8', rejected.Detail);
    }

    [Fact]
    public async Task Where_the_store_cannot_tell_whether_it_is_known_nothing_is_begun()
    {
        await BeginAsync();
        Store.Failure = "the disk is gone";

        var rejected = await Jobs.Ask<JobReplies.Rejected>(new JobCommands.Submit(Spec()) { JobId = Id, IsRepeated = true }, Limit);

        Assert.Equal("store-unavailable", rejected.Code);
    }

    [Fact]
    public async Task A_retry_stays_in_the_partition()
    {
        var job = await SubmitAsync(1);
        End(A, await TakeAsync(A), 1, Ended(0, Phase.Undelivered, Effect.None));
        await EndedAsync(job);

        var again = await Jobs.Ask<JobReplies.Accepted>(new JobCommands.Retry(job, []), Limit);

        Assert.Equal(Partition, JobPartition.Of(again.Job.Id));
    }

    [Fact]
    public async Task A_router_need_not_keep_what_it_has_of_a_job_that_is_not_there()
    {
        await BeginAsync(epoch: 4);

        Jobs.Tell(new RouterEvents.Ended(Id, 1, 5, [Ended(0)]), A.Ref);

        Assert.Equal((Id, 4L), await A.ExpectMsgAsync<RouterCommands.Forget>() is var forget ? (forget.JobId, forget.Epoch) : default);
    }

    [Fact]
    public async Task While_the_store_cannot_tell_the_router_keeps_it()
    {
        await BeginAsync();
        Store.Failure = "the disk is gone";

        Jobs.Tell(new RouterEvents.Ended(Id, 1, 5, [Ended(0)]), A.Ref);

        await SilentAsync(A);
    }

    [Fact]
    public async Task Late_word_of_a_job_that_only_the_store_knows_amends_it_there()
    {
        var job = await SubmitAsync(1);
        await TakeAsync(A);
        ActAsUnreachable(Node("a", 1));
        await SettleAllAsync();
        Advance(45);
        await EndedAsync(job);
        await BeginAsync(epoch: 2);

        Jobs.Tell(new RouterEvents.Ended(job, 1, 5, [Ended(0)]), A.Ref);

        Assert.Equal(5, (await AcknowledgedAsync(A)).Batch);
        Assert.Equal(Phase.Succeeded, Assert.Single(Store.Job(job)!.Outcomes).Outcome.Phase);
    }

    [Fact]
    public async Task What_is_told_again_of_a_job_that_has_ended_is_acknowledged_after_a_restart()
    {
        var job = await SubmitAsync(1);
        End(A, await TakeAsync(A), 1, Ended(0));
        await EndedAsync(job);
        await A.ExpectMsgAsync<RouterCommands.Forget>();
        await BeginAsync(epoch: 2);

        Jobs.Tell(new RouterEvents.Ended(job, 1, 5, [Ended(0)]), A.Ref);

        Assert.Equal(5, (await AcknowledgedAsync(A)).Batch);
    }

    [Fact]
    public async Task A_write_that_another_owner_has_overtaken_ends_the_partition_here_and_nobody_is_told_success()
    {
        var shared = Store;
        var fenced = new FencedJobStore(shared, 1, () => 2);
        Through = fenced;
        await BeginAsync();
        Watch(Jobs);
        var submitted = Jobs.Ask<JobReplies.Rejected>(new JobCommands.Submit(Spec() with { AllowEmpty = true }), Limit);
        await TestKit.Eventually.TrueAsync(() => fenced.Pending > 0, Limit, "the job is to be kept");

        await fenced.CommitAsync();

        Assert.Equal("store-unavailable", (await submitted).Code);
        await Parent.ExpectMsgAsync<DutyLost>();
        await ExpectTerminatedAsync(Jobs);
        await SilentAsync(A, B);
    }

    [Fact]
    public async Task An_outcome_that_cannot_be_kept_any_more_is_shown_to_nobody_and_not_acknowledged()
    {
        var newest = 1L;
        var fenced = new FencedJobStore(Store, 1, () => newest);
        Through = fenced;
        await BeginAsync();
        var accepted = SubmitAsync(1);
        await TestKit.Eventually.TrueAsync(() => fenced.Pending > 0, Limit, "the job is to be kept");
        await fenced.CommitAsync();
        var job = await accepted;
        var dispatch = await TakeAsync(A);
        var reader = CreateTestProbe();
        Jobs.Tell(new JobQueries.Read(job, 0), reader.Ref);
        newest = 2;

        End(A, dispatch, 1, Ended(0));
        await TestKit.Eventually.TrueAsync(() => fenced.Pending > 0, Limit, "the outcome is to be kept");
        await fenced.CommitAsync();

        await Parent.ExpectMsgAsync<DutyLost>();
        await SilentAsync(A, reader);
    }

    [Fact]
    public async Task A_store_that_says_at_the_start_that_another_has_the_partition_ends_it()
    {
        Through = new LostStore();
        await BeginAsync();

        await Parent.ExpectMsgAsync<DutyLost>();
    }

    private sealed class LostStore : IJobStore
    {
        public Task WriteAsync(params IReadOnlyList<JobWrite> writes) => Lost<bool>();

        public Task<StoredJob?> LoadAsync(string jobId) => Lost<StoredJob?>();

        public Task<IReadOnlyList<StoredJob>> LoadUnfinishedAsync() => Lost<IReadOnlyList<StoredJob>>();

        public Task<IReadOnlyList<JobSnapshot>> ListAsync(JobFilter filter) => Lost<IReadOnlyList<JobSnapshot>>();

        public Task<StoredJob?> FindAsync(string idempotencyKey) => Lost<StoredJob?>();

        public Task TrimAsync(JobHistoryLimits limits) => Lost<bool>();

        private static Task<T> Lost<T>() => Task.FromException<T>(new DutyLostException("another node has it"));
    }
}
