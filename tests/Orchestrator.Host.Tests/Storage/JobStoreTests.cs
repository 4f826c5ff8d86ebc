using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Host.Tests.Storage;

/// <summary>What every store of jobs promises; run against each of them.</summary>
public abstract class JobStoreTests : IAsyncLifetime
{
    private IJobStore _store = null!;

    private protected FakeTimeProvider Time { get; } = new(Samples.Start.AddDays(1));

    public async Task InitializeAsync() => _store = await OpenAsync();

    public abstract Task DisposeAsync();

    /// <summary>An empty store at first, later the same one after the node was started anew.</summary>
    private protected abstract Task<IJobStore> OpenAsync();

    /// <summary>As <see cref="Samples.Job"/>; all that a store is to have.</summary>
    private protected virtual StoredJob Job(int number, int targets = 3, string command = "guest-ping", string? key = null) => Samples.Job(number, targets, command, key);

    [Fact]
    public async Task A_job_comes_back_as_it_was_created_after_a_restart()
    {
        var job = Job(1, targets: 300, key: "once");
        await _store.WriteAsync(new JobWrite.Created(job));

        _store = await OpenAsync();
        var found = await _store.LoadAsync(job.Header.Id);

        Assert.NotNull(found);
        Assert.Equal(job.Targets, found.Targets);
        Assert.Equal("once", found.IdempotencyKey);
        Assert.True(job.Document.Span.SequenceEqual(found.Document.Span));
        AssertSame(job.Header, found.Header);
        Assert.Empty(found.Outcomes);
        Assert.Empty(found.Dispatched);
        Assert.Empty(found.Started);
    }

    [Fact]
    public async Task An_unknown_job_is_null_and_a_write_to_it_is_an_error()
    {
        Assert.Null(await _store.LoadAsync("01M82CJW409EM7RK8X67REH2ZC"));
        Assert.Null(await _store.FindAsync("none"));
        var error = await Assert.ThrowsAsync<JobStoreException>(() => _store.WriteAsync(new JobWrite.Dispatched("01M82CJW409EM7RK8X67REH2ZC", 1, [0])));
        Assert.Contains("01M82CJW409EM7RK8X67REH2ZC", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outcomes_come_back_whole_and_in_the_order_they_came()
    {
        var job = Job(1);
        await _store.WriteAsync(new JobWrite.Created(job));
        await _store.WriteAsync(new JobWrite.Ended(job.Header.Id, [(2, Samples.Failure(2)), (0, Samples.Success(0))]));
        await _store.WriteAsync(new JobWrite.Ended(job.Header.Id, [(1, Samples.Success(1))]));

        var outcomes = (await _store.LoadAsync(job.Header.Id))!.Outcomes;

        Assert.Equal([2, 0, 1], outcomes.Select(outcome => outcome.Ordinal));
        AssertSame(Samples.Failure(2), outcomes[0].Outcome);
        AssertSame(Samples.Success(0), outcomes[1].Outcome);
    }

    [Fact]
    public async Task A_later_outcome_replaces_the_earlier_one_and_keeps_its_place()
    {
        var job = Job(1);
        await _store.WriteAsync(new JobWrite.Created(job), new JobWrite.Ended(job.Header.Id, [(1, Samples.Failure(1)), (2, Samples.Success(2))]));
        await _store.WriteAsync(new JobWrite.Ended(job.Header.Id, [(1, Samples.Success(1))]));

        var outcomes = (await _store.LoadAsync(job.Header.Id))!.Outcomes;

        Assert.Equal([1, 2], outcomes.Select(outcome => outcome.Ordinal));
        Assert.Equal(Phase.Succeeded, outcomes[0].Outcome.Phase);
    }

    [Fact]
    public async Task Intents_keep_the_number_of_the_last_attempt()
    {
        var job = Job(1, targets: 100);
        var id = job.Header.Id;
        await _store.WriteAsync(new JobWrite.Created(job), new JobWrite.Dispatched(id, 1, [0, 1, 2, 50, 99]), new JobWrite.Dispatched(id, 2, [50, 1]));
        await _store.WriteAsync(new JobWrite.Dispatched(id, 1, [3]));

        var dispatched = (await _store.LoadAsync(id))!.Dispatched;

        Assert.Equal(new Dictionary<int, int> { [0] = 1, [1] = 2, [2] = 1, [3] = 1, [50] = 2, [99] = 1 }, dispatched);
    }

    [Fact]
    public async Task Programs_are_known_until_their_outcome_and_again_with_the_next_attempt()
    {
        var job = Job(1);
        var id = job.Header.Id;
        await _store.WriteAsync(new JobWrite.Created(job), new JobWrite.Started(id, [(0, new ExecEvidence(10, "agent 1")), (1, new ExecEvidence(11, null))]));
        Assert.Equal(new Dictionary<int, ExecEvidence> { [0] = new(10, "agent 1"), [1] = new(11, null) }, (await _store.LoadAsync(id))!.Started);

        await _store.WriteAsync(new JobWrite.Ended(id, [(0, Samples.Success(0))]));
        Assert.Equal([1], (await _store.LoadAsync(id))!.Started.Keys);

        await _store.WriteAsync(new JobWrite.Started(id, [(0, new ExecEvidence(20, "agent 2")), (1, new ExecEvidence(12, null))]));
        Assert.Equal(new Dictionary<int, ExecEvidence> { [0] = new(20, "agent 2"), [1] = new(12, null) }, (await _store.LoadAsync(id))!.Started);

        await _store.WriteAsync(new JobWrite.Started(id, [(2, new ExecEvidence(13, null))]), new JobWrite.Ended(id, [(2, Samples.Success(2)), (0, Samples.Success(0))]));
        Assert.Equal(new Dictionary<int, ExecEvidence> { [1] = new(12, null) }, (await _store.LoadAsync(id))!.Started);
    }

    [Fact]
    public async Task Programs_are_of_their_own_job()
    {
        var (one, other) = (Job(1), Job(2));
        await _store.WriteAsync(new JobWrite.Created(one), new JobWrite.Created(other));
        await _store.WriteAsync(new JobWrite.Started(one.Header.Id, [(0, new ExecEvidence(10, null))]));

        await _store.WriteAsync(new JobWrite.Ended(other.Header.Id, [(0, Samples.Success(0))]));

        Assert.Equal([0], (await _store.LoadAsync(one.Header.Id))!.Started.Keys);
        Assert.Empty((await _store.LoadAsync(other.Header.Id))!.Started);
    }

    [Fact]
    public async Task A_call_with_a_write_that_fails_leaves_nothing_behind()
    {
        var job = Job(1);
        await Assert.ThrowsAsync<JobStoreException>(() => _store.WriteAsync(new JobWrite.Created(job), new JobWrite.Dispatched("none", 1, [0])));

        Assert.Null(await _store.LoadAsync(job.Header.Id));
    }

    [Fact]
    public async Task A_write_that_fails_takes_none_of_its_neighbours_with_it()
    {
        var jobs = Enumerable.Range(0, 50).Select(number => Job(number)).ToArray();

        var writes = jobs.Select(job => _store.WriteAsync(new JobWrite.Created(job))).ToArray();
        var wrong = _store.WriteAsync(new JobWrite.Dispatched("none", 1, [0]));
        await Task.WhenAll(writes);

        await Assert.ThrowsAsync<JobStoreException>(() => wrong);
        Assert.Equal(50, (await _store.ListAsync(new JobFilter())).Count);
    }

    [Fact]
    public async Task An_idempotency_key_belongs_to_one_job()
    {
        var first = Job(1, key: "deploy-7");
        await _store.WriteAsync(new JobWrite.Created(first));

        var error = await Assert.ThrowsAsync<JobStoreException>(() => _store.WriteAsync(new JobWrite.Created(Job(2, key: "deploy-7"))));

        Assert.Contains(first.Header.Id, error.Message, StringComparison.Ordinal);
        Assert.Equal(first.Header.Id, (await _store.FindAsync("deploy-7"))!.Header.Id);
    }

    [Fact]
    public async Task Jobs_without_an_end_are_what_a_node_takes_up_again()
    {
        var jobs = Enumerable.Range(0, 4).Select(number => Job(number)).ToArray();
        await _store.WriteAsync([.. jobs.Select(job => new JobWrite.Created(job))]);
        await _store.WriteAsync(new JobWrite.Changed(Samples.Ended(jobs[1])), new JobWrite.Changed(jobs[2].Header with { Phase = JobPhase.Paused }));
        await _store.WriteAsync(new JobWrite.Dispatched(jobs[3].Header.Id, 1, [2]));

        _store = await OpenAsync();
        var unfinished = await _store.LoadUnfinishedAsync();

        Assert.Equal([jobs[0].Header.Id, jobs[2].Header.Id, jobs[3].Header.Id], unfinished.Select(job => job.Header.Id));
        Assert.Equal(JobPhase.Paused, unfinished[1].Header.Phase);
        Assert.Equal([2], unfinished[2].Dispatched.Keys);
        AssertSame(Samples.Ended(jobs[1]), (await _store.LoadAsync(jobs[1].Header.Id))!.Header);
    }

    [Fact]
    public async Task Jobs_are_listed_newest_first_by_phase_command_time_and_page()
    {
        var jobs = Enumerable.Range(0, 6).Select(number => Job(number, command: number % 2 == 0 ? "run" : "guest-ping")).ToArray();
        await _store.WriteAsync([.. jobs.Select(job => new JobWrite.Created(job))]);
        await _store.WriteAsync(new JobWrite.Changed(Samples.Ended(jobs[3])));

        Assert.Equal([5, 4, 3, 2, 1, 0], await Numbers(new JobFilter()));
        Assert.Equal([5, 4], await Numbers(new JobFilter { Limit = 2 }));
        Assert.Equal([3, 2], await Numbers(new JobFilter { Limit = 2, Before = jobs[4].Header.Id }));
        Assert.Equal([3], await Numbers(new JobFilter { Phase = JobPhase.Partial }));
        Assert.Equal([4, 2, 0], await Numbers(new JobFilter { Command = "run" }));
        Assert.Equal([5, 4], await Numbers(new JobFilter { Since = jobs[4].Header.CreatedAt }));
        Assert.Equal([1], await Numbers(new JobFilter { Command = "guest-ping", Phase = JobPhase.Running, Before = jobs[3].Header.Id, Since = Samples.Start }));

        async Task<IEnumerable<int>> Numbers(JobFilter filter) => (await _store.ListAsync(filter)).Select(job => Array.FindIndex(jobs, other => other.Header.Id == job.Id));
    }

    [Fact]
    public async Task Trimming_forgets_the_oldest_ended_jobs_beyond_the_number_and_none_that_run()
    {
        var jobs = Enumerable.Range(0, 5).Select(number => Job(number, key: $"key{number}")).ToArray();
        await _store.WriteAsync([.. jobs.Select(job => new JobWrite.Created(job)), new JobWrite.Ended(jobs[1].Header.Id, [(0, Samples.Success(0))])]);
        await _store.WriteAsync([.. jobs.Skip(1).Select(job => new JobWrite.Changed(Samples.Ended(job)))]);

        await _store.TrimAsync(new JobHistoryLimits(MaxJobs: 2, TimeSpan.FromDays(30)));

        Assert.Equal([jobs[4].Header.Id, jobs[3].Header.Id, jobs[0].Header.Id], (await _store.ListAsync(new JobFilter())).Select(job => job.Id));
        Assert.Null(await _store.FindAsync("key1"));
        await _store.WriteAsync(new JobWrite.Created(jobs[1]));
        Assert.Empty((await _store.LoadAsync(jobs[1].Header.Id))!.Outcomes);
    }

    [Fact]
    public async Task Trimming_forgets_what_ended_too_long_ago()
    {
        var jobs = Enumerable.Range(0, 2).Select(number => Job(number)).ToArray();
        await _store.WriteAsync([.. jobs.Select(job => new JobWrite.Created(job)), new JobWrite.Changed(Samples.Ended(jobs[0])), new JobWrite.Changed(Samples.Ended(jobs[1], seconds: 7200))]);

        // It is a day later.
        await _store.TrimAsync(new JobHistoryLimits(MaxJobs: 100, TimeSpan.FromHours(23)));

        Assert.Equal([jobs[1].Header.Id], (await _store.ListAsync(new JobFilter())).Select(job => job.Id));
    }

    /// <summary>Member by member: records compare byte arrays and dictionaries by reference.</summary>
    private protected static void AssertSame<T>(T expected, T actual) => Assert.Equal(JsonSerializer.Serialize(expected), JsonSerializer.Serialize(actual));
}
