using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Tests.FanOut.Selectors;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Tests.FanOut;

public sealed class JobSupervisorTests : JobTest
{
    [Fact]
    public async Task Jobs_are_listed_newest_first()
    {
        var ids = new List<string>();
        for (var count = 0; count < 3; count++)
        {
            ids.Insert(0, await RunAsync());
            Advance(0.01);
        }

        Assert.Equal(ids, (await AskAsync<JobReplies.Listed>(JobQueries.List.Newest)).Jobs.Select(job => job.Id));
    }

    [Fact]
    public async Task An_unknown_job_is_not_found()
    {
        object[] questions = [new JobQueries.Get("x"), new JobQueries.Read("x", 0), new JobCommands.Cancel("x")];
        foreach (var question in questions)
        {
            var rejected = await AskAsync<JobReplies.Rejected>(question);
            Assert.Equal("job-not-found", rejected.Code);
            Assert.Contains("x", rejected.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Running_jobs_are_limited_and_ended_ones_do_not_count()
    {
        Retention = Retention with { MaxRunning = 2 };
        await RunAsync();
        var first = await StartAsync(1);
        await StartAsync(1);

        Submit();
        Assert.Equal("too-many-jobs", (await ExpectMsgAsync<JobReplies.Rejected>()).Code);

        first.End((0, Outcome(Phase.Succeeded)));
        await SettleAsync(first.Actor);
        await SettleAsync(Jobs);
        await StartAsync(1);
    }

    [Fact]
    public async Task Rejected_jobs_leave_no_trace_in_the_limits()
    {
        Retention = Retention with { MaxRunning = 1 };
        for (var round = 0; round < 3; round++)
        {
            Submit();
            await ResolveAsync(0);
            Assert.Equal("no-targets", (await ExpectMsgAsync<JobReplies.Rejected>()).Code);
            await SettleAsync(Jobs);
        }
        await StartAsync(1);
    }

    [Fact]
    public async Task The_oldest_ended_jobs_are_forgotten_by_number()
    {
        Retention = Retention with { MaxEnded = 2 };
        var running = await StartAsync(1);
        var ids = new List<string>();
        for (var count = 0; count < 4; count++)
        {
            Advance(0.01);
            ids.Add(await RunAsync());
        }

        var listed = (await AskAsync<JobReplies.Listed>(JobQueries.List.Newest)).Jobs.Select(job => job.Id);

        Assert.Equal([ids[3], ids[2], running.Id], listed);
        Assert.Equal("job-not-found", (await AskAsync<JobReplies.Rejected>(new JobQueries.Get(ids[1]))).Code);
    }

    [Fact]
    public async Task The_oldest_ended_jobs_are_forgotten_by_bytes()
    {
        Retention = Retention with { MaxEndedBytes = (2 * JobState.OutcomeBytes) + 100 };
        var first = await RunAsync(bytes: 60);
        var second = await RunAsync(bytes: 40);
        await AskAsync<JobReplies.Found>(new JobQueries.Get(first));

        var third = await RunAsync(bytes: 1);
        await AskAsync<JobReplies.Rejected>(new JobQueries.Get(first));
        await AskAsync<JobReplies.Found>(new JobQueries.Get(second));

        // One that is larger than the limit alone stays until the next one ends.
        var large = await RunAsync(bytes: 1000);
        await AskAsync<JobReplies.Rejected>(new JobQueries.Get(third));
        await AskAsync<JobReplies.Found>(new JobQueries.Get(large));
    }

    [Fact]
    public async Task Outcomes_without_results_take_memory_too()
    {
        Retention = Retention with { MaxEndedBytes = 2 * JobState.OutcomeBytes };
        var first = await RunAsync(bytes: 0);
        var second = await RunAsync(bytes: 0);
        await AskAsync<JobReplies.Found>(new JobQueries.Get(first));

        await RunAsync(bytes: 0);

        await AskAsync<JobReplies.Rejected>(new JobQueries.Get(first));
        await AskAsync<JobReplies.Found>(new JobQueries.Get(second));
    }

    [Fact]
    public async Task A_known_key_is_the_same_job_whatever_is_asked_where_the_key_decides()
    {
        var spec = new JobSpec { Target = Sample.Parse("vm*"), Route = CommandRoute.Guest, Command = EncodedCommand.ForGuest("guest-ping"), Timeout = TimeSpan.FromSeconds(10), IdempotencyKey = "k", Document = new byte[] { 1 } };
        Jobs.Tell(new JobCommands.Submit(spec), TestActor);
        await ResolveAsync(1);
        var first = await ExpectMsgAsync<JobReplies.Accepted>();

        var other = await Jobs.Ask<object>(new JobCommands.Submit(spec with { Document = new byte[] { 2 } }), Limit);
        var decided = await Jobs.Ask<object>(new JobCommands.Submit(spec with { Document = new byte[] { 2 }, KeyDecides = true }), Limit);

        Assert.Equal("idempotency-key-reused", Assert.IsType<JobReplies.Rejected>(other).Code);
        Assert.Equal((first.Job.Id, true), (Assert.IsType<JobReplies.Accepted>(decided).Job.Id, ((JobReplies.Accepted)decided).IsKnown));
    }
}
