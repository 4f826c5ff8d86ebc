using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.VmHosts;

namespace Orchestrator.Actors.Tests.FanOut;

public sealed class JobActorTests : JobTest
{
    [Fact]
    public async Task An_accepted_job_has_its_targets_frozen_and_dispatched()
    {
        Submit(seconds: 7);
        await ResolveAsync(3);

        var dispatch = await Router.ExpectMsgAsync<FanOutCommands.Dispatch>();
        var accepted = (await ExpectMsgAsync<JobReplies.Accepted>()).Job;

        Assert.Equal([(0, "vm0"), (1, "vm1"), (2, "vm2")], dispatch.Targets.Select(target => (target.Ordinal, target.Snapshot.Name)));
        Assert.Equal((accepted.Id, "guest-ping", TimeSpan.FromSeconds(7)), (dispatch.Plan.JobId, dispatch.Plan.Command.Name, dispatch.Plan.Deadline.Remaining(Time)));
        Assert.Equal((JobPhase.Running, 3, "guest-ping", "vm*", Time.GetUtcNow()), (accepted.Phase, accepted.Targets, accepted.Command, accepted.Target, accepted.CreatedAt));
        Assert.Null(accepted.EndedAt);
    }

    [Fact]
    public async Task A_selector_that_matches_nothing_is_no_job()
    {
        Submit();
        await ResolveAsync(0);

        var rejected = await ExpectMsgAsync<JobReplies.Rejected>();

        Assert.Equal("no-targets", rejected.Code);
        Assert.Contains("'vm*'", rejected.Detail, StringComparison.Ordinal);
        Assert.Empty((await AskAsync<JobReplies.Listed>(JobQueries.List.Newest)).Jobs);
        Assert.False(Router.HasMessages);
    }

    [Fact]
    public async Task An_allowed_empty_job_has_ended_at_once()
    {
        Submit(allowEmpty: true);
        await ResolveAsync(0);

        var job = (await ExpectMsgAsync<JobReplies.Accepted>()).Job;
        var page = await AskAsync<JobReplies.Page>(new JobQueries.Read(job.Id, 0));

        Assert.Equal((JobPhase.Succeeded, 0), (job.Phase, job.Targets));
        Assert.Equal(Time.GetUtcNow(), job.EndedAt);
        Assert.True(page.IsLast);
        Assert.False(Router.HasMessages);
    }

    [Fact]
    public async Task Readers_wait_for_outcomes_and_end_with_the_job()
    {
        var job = await StartAsync(2);
        Jobs.Tell(new JobQueries.Read(job.Id, 0), TestActor);
        await SettleAsync(job.Actor);
        Assert.False(HasMessages);

        job.End((1, Outcome(Phase.Succeeded, name: "vm1")));
        var first = await ExpectMsgAsync<JobReplies.Page>();
        Jobs.Tell(new JobQueries.Read(job.Id, first.Next), TestActor);
        Advance(1);
        job.End((0, Outcome(Phase.Failed, Reasons.ExitNonZero, "vm0")));
        var second = await ExpectMsgAsync<JobReplies.Page>();

        Assert.Equal(("vm1", 1, JobPhase.Running, false), (Assert.Single(first.Outcomes).Name, first.Next, first.Job.Phase, first.IsLast));
        Assert.Equal(("vm0", 2, JobPhase.Partial, true), (Assert.Single(second.Outcomes).Name, second.Next, second.Job.Phase, second.IsLast));
        Assert.Equal((Time.GetUtcNow(), TimeSpan.FromSeconds(1)), (second.Job.EndedAt!.Value, second.Job.Elapsed));
        Advance(5);
        Assert.Equal(TimeSpan.FromSeconds(1), (await AskAsync<JobReplies.Found>(new JobQueries.Get(job.Id))).Job.Elapsed);
    }

    [Fact]
    public async Task A_reader_that_does_not_wait_gets_what_there_is()
    {
        var job = await StartAsync(2);

        var page = await AskAsync<JobReplies.Page>(new JobQueries.Read(job.Id, 0, Wait: false));

        Assert.Empty(page.Outcomes);
        Assert.False(page.IsLast);
    }

    [Fact]
    public async Task Many_outcomes_are_read_in_pages()
    {
        var job = await StartAsync(1300);
        job.End([.. Enumerable.Range(0, 1300).Select(ordinal => (ordinal, Outcome(Phase.Succeeded, name: "vm" + ordinal)))]);

        var names = new List<string>();
        var sizes = new List<int>();
        JobReplies.Page page;
        do
        {
            page = await AskAsync<JobReplies.Page>(new JobQueries.Read(job.Id, names.Count));
            names.AddRange(page.Outcomes.Select(outcome => outcome.Name));
            sizes.Add(page.Outcomes.Count);
        }
        while (!page.IsLast);

        Assert.Equal([512, 512, 276], sizes);
        Assert.Equal(Enumerable.Range(0, 1300).Select(ordinal => "vm" + ordinal), names);
    }

    [Fact]
    public async Task Ten_thousand_targets_are_one_message_out_and_one_per_batch_back()
    {
        const int Targets = 10_000;
        const int Batch = 256;
        var job = await StartAsync(Targets);
        Assert.Equal(Targets, job.Dispatch.Targets.Count);

        foreach (var ordinals in Enumerable.Range(0, Targets).Chunk(Batch))
            job.End([.. ordinals.Select(ordinal => (ordinal, Outcome(Phase.Succeeded, name: "vm" + ordinal)))]);

        var seen = 0;
        JobReplies.Page page;
        do
        {
            page = await AskAsync<JobReplies.Page>(new JobQueries.Read(job.Id, seen));
            seen = page.Next;
        }
        while (!page.IsLast);
        Assert.Equal((Targets, JobPhase.Succeeded), (page.Job.Counts[Phase.Succeeded], page.Job.Phase));
        Assert.False(Router.HasMessages);
    }

    [Fact]
    public async Task An_overdue_target_gets_the_honest_outcome_and_a_late_one_is_ignored()
    {
        var job = await StartAsync(3, seconds: 2);
        job.End((1, Outcome(Phase.Succeeded)));
        await AskAsync<JobReplies.Page>(new JobQueries.Read(job.Id, 0));
        Advance(6.999);
        await SettleAsync(job.Actor);
        Assert.Equal(JobPhase.Running, (await AskAsync<JobReplies.Found>(new JobQueries.Get(job.Id))).Job.Phase);

        Advance(0.001);
        var page = await AskAsync<JobReplies.Page>(new JobQueries.Read(job.Id, 1));
        job.End((0, Outcome(Phase.Succeeded)), (2, Outcome(Phase.Succeeded)));
        await SettleAsync(job.Actor);
        var after = (await AskAsync<JobReplies.Found>(new JobQueries.Get(job.Id))).Job;

        Assert.Equal(["vm0", "vm2"], page.Outcomes.Select(outcome => outcome.Name));
        Assert.All(page.Outcomes, outcome => Assert.Equal((Phase.Unknown, Reasons.NodeStopped, Effect.Unknown), (outcome.Phase, outcome.Reason, outcome.Effect)));
        Assert.True(page.IsLast);
        Assert.Equal((1, 2), (after.Counts[Phase.Succeeded], after.Counts[Phase.Unknown]));
    }

    [Fact]
    public async Task A_second_outcome_for_a_target_is_ignored()
    {
        var job = await StartAsync(2);
        job.End((0, Outcome(Phase.Succeeded)), (0, Outcome(Phase.Failed)));
        job.End((0, Outcome(Phase.Unknown)));
        await SettleAsync(job.Actor);

        var found = (await AskAsync<JobReplies.Found>(new JobQueries.Get(job.Id))).Job;

        Assert.Equal((JobPhase.Running, Phase.Succeeded), (found.Phase, Assert.Single(found.Counts).Key));
    }

    [Fact]
    public async Task A_cancelled_job_asks_the_router_and_ends_by_its_outcomes()
    {
        var job = await StartAsync(2);
        var found = await AskAsync<JobReplies.Found>(new JobCommands.Cancel(job.Id));
        Assert.Equal(JobPhase.Running, found.Job.Phase);
        Assert.Equal(job.Id, (await Router.ExpectMsgAsync<FanOutCommands.Cancel>()).JobId);

        job.End((0, Outcome(Phase.Succeeded)), (1, Outcome(Phase.Cancelled)));
        await SettleAsync(job.Actor);
        var again = await AskAsync<JobReplies.Found>(new JobCommands.Cancel(job.Id));

        Assert.Equal(JobPhase.Cancelled, again.Job.Phase);
        Assert.False(Router.HasMessages);
    }

    [Fact]
    public async Task Too_many_waiting_readers_send_the_longest_waiting_away()
    {
        var job = await StartAsync(1);
        var longest = CreateTestProbe();
        Jobs.Tell(new JobQueries.Read(job.Id, 0), longest);
        for (var reader = 0; reader < 256; reader++)
            Jobs.Tell(new JobQueries.Read(job.Id, 0), TestActor);

        Assert.Empty((await longest.ExpectMsgAsync<JobReplies.Page>()).Outcomes);

        job.End((0, Outcome(Phase.Succeeded)));
        for (var reader = 0; reader < 256; reader++)
            Assert.Single((await ExpectMsgAsync<JobReplies.Page>()).Outcomes);
    }

    [Fact]
    public async Task A_job_whose_targets_are_not_resolved_yet_does_not_hold_up_the_list()
    {
        var running = await StartAsync(1);
        Submit();
        await Inventory.ExpectMsgAsync<InventoryQueries.Select>();

        var listed = await AskAsync<JobReplies.Listed>(JobQueries.List.Newest);

        Assert.Equal([running.Id], listed.Jobs.Select(job => job.Id));
    }
}
