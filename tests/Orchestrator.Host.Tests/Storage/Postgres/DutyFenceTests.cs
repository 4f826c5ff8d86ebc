using System.Collections.Concurrent;
using Npgsql;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.Controllers.Storage;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Subscriptions;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Actors.Freezing;
using Orchestrator.Host.Storage.Postgres;

namespace Orchestrator.Host.Tests.Storage.Postgres;

/// <summary>A node that has lost its duty writes nothing, whatever the moment.</summary>
[Collection(nameof(PostgresServer))]
public sealed class DutyFenceTests(PostgresServer server) : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly ClusterFixture _cluster = new(server);
    private ClusterStore _a = null!;
    private ClusterStore _b = null!;

    public async Task InitializeAsync() => (_a, _b) = (await _cluster.NodeAsync(), await _cluster.NodeAsync());

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task A_stale_owner_writes_no_job_and_trims_none()
    {
        var claim = await ClusterFixture.ClaimAsync(_a, "jobs-0");
        var stale = _a.JobsOf(claim);
        await stale.WriteAsync(new JobWrite.Created(Samples.Job(10)), new JobWrite.Changed(Samples.Ended(Samples.Job(10))));
        var now = _b.JobsOf(await ClusterFixture.TakeAsync(_b, claim, "b"));

        var error = await Assert.ThrowsAsync<DutyLostException>(() => stale.WriteAsync(new JobWrite.Created(Samples.Job(20))));
        await Assert.ThrowsAsync<DutyLostException>(() => stale.WriteAsync(new JobWrite.Ended(Samples.Job(10).Header.Id, [(0, Samples.Success(0))])));
        await Assert.ThrowsAsync<DutyLostException>(() => stale.TrimAsync(new JobHistoryLimits(0, TimeSpan.FromDays(30))));

        Assert.Contains("a does not have the duty jobs-0 any more", error.Message, StringComparison.Ordinal);
        Assert.Equal([Samples.Job(10).Header.Id], (await AllAsync(now)).Select(job => job.Id));
        Assert.Empty((await now.LoadAsync(Samples.Job(10).Header.Id))!.Outcomes);
    }

    [Fact]
    public async Task A_stale_owner_writes_no_checkpoint()
    {
        var claim = await ClusterFixture.ClaimAsync(_a, "control");
        var stale = _a.ControllersOf(claim);
        await stale.SaveAsync(new ControllerCheckpoint("c", At(1), false));
        var now = _b.ControllersOf(await ClusterFixture.TakeAsync(_b, claim, "b"));

        var error = await Assert.ThrowsAsync<ControllerStoreException>(() => stale.SaveAsync(new ControllerCheckpoint("c", At(2), true)));

        Assert.IsType<DutyLostException>(error.InnerException);
        Assert.Equal(At(1).ToString(), (await now.LoadAsync("c"))!.Cursor.ToString());
    }

    [Fact]
    public async Task A_stale_owner_changes_no_subscription()
    {
        var claim = await ClusterFixture.ClaimAsync(_a, "control");
        var stale = _a.SubscriptionsOf(claim);
        await stale.AddAsync(Subscription("s"));
        var now = _b.SubscriptionsOf(await ClusterFixture.TakeAsync(_b, claim, "b"));

        foreach (var write in new Func<Task>[]
        {
            () => stale.AddAsync(Subscription("t")),
            () => stale.RemoveAsync("s"),
            () => stale.SaveAsync("s", new SubscriptionChange(new SubscriptionProgress(At(2), 1, 0), [], [])),
            () => stale.SavePauseAsync("s", new SubscriptionPause(PauseCause.Asked, "")),
            () => stale.SaveSecretsAsync("s", new WebhookSecrets { Current = "other" }),
        })
        {
            Assert.IsType<DutyLostException>((await Assert.ThrowsAsync<SubscriptionStoreException>(write)).InnerException);
        }

        var kept = Assert.Single(await now.LoadAsync());
        Assert.Equal(("s", At(1).ToString(), null, "secret"), (kept.Id, kept.Progress.Cursor.ToString(), kept.Pause, kept.Secrets.Current));
    }

    [Fact]
    public async Task A_stale_owner_writes_and_forgets_no_lease()
    {
        var claim = await ClusterFixture.ClaimAsync(_a, "vmhost-rack1");
        var stale = _a.LeasesOf(claim);
        await stale.PutAsync(Lease("x", "web1"));
        var now = _b.LeasesOf(await ClusterFixture.TakeAsync(_b, claim, "b"));

        Assert.IsType<DutyLostException>((await Assert.ThrowsAsync<LeaseStoreException>(() => stale.PutAsync(Lease("y", "web2")))).InnerException);
        Assert.IsType<DutyLostException>((await Assert.ThrowsAsync<LeaseStoreException>(() => stale.RemoveAsync("x"))).InnerException);

        Assert.Equal(["x"], (await now.LoadAsync()).Select(lease => lease.Id));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_claim_that_was_given_back_or_never_made_writes_nothing(bool wasGivenBack)
    {
        var claim = new DutyClaim("jobs-0", "a", 1);
        if (wasGivenBack)
            await _a.Duties.ReleaseAsync(await ClusterFixture.ClaimAsync(_a, "jobs-0"), CancellationToken.None);

        var error = await Assert.ThrowsAsync<DutyLostException>(() => _a.JobsOf(claim).WriteAsync(new JobWrite.Created(Samples.Job(10))));

        Assert.Contains(wasGivenBack ? "its epoch is 2, not 1" : "nobody ever claimed it", error.Message, StringComparison.Ordinal);
        Assert.Empty(await _a.Jobs.ListAsync(new JobFilter()));
    }

    [Fact]
    public async Task The_loss_of_one_duty_fails_no_write_of_the_others_that_come_together_with_it()
    {
        var lost = await ClusterFixture.ClaimAsync(_a, "jobs-0");
        var stale = _a.JobsOf(lost);
        var held = _a.JobsOf(await ClusterFixture.ClaimAsync(_a, "jobs-1"));
        await ClusterFixture.TakeAsync(_b, lost, "b");

        var writes = Enumerable.Range(0, 100).Select(number => (IsHeld: number % 2 == 1, Task: (number % 2 == 1 ? held : stale).WriteAsync(new JobWrite.Created(Samples.Job(number * 10 + number % 2))))).ToArray();

        foreach (var (isHeld, task) in writes)
        {
            if (isHeld)
                await task;
            else
                await Assert.ThrowsAsync<DutyLostException>(() => task);
        }
        Assert.Equal(50, (await _a.Jobs.ListAsync(new JobFilter())).Count);
    }

    /// <summary>Two nodes take a partition from each other while both write all the time: what is there when a claim has come back is all that its predecessor ever wrote.</summary>
    [Fact]
    public async Task After_a_claim_no_row_of_the_epoch_before_it_appears_and_all_that_was_acknowledged_is_there()
    {
        var (numbers, acknowledged) = (0, new ConcurrentDictionary<string, long>());
        var claim = await ClusterFixture.ClaimAsync(_a, "jobs-0");
        var writing = WriteUntilLostAsync(_a.JobsOf(claim), claim.Epoch);
        for (var round = 0; round < 15; round++)
        {
            var (node, owner) = round % 2 == 0 ? (_b, "b") : (_a, "a");
            await Task.WhenAny(writing.First.Task, writing.All);
            var next = await ClusterFixture.TakeAsync(node, claim, owner);
            var then = await OfEpochAsync(node, claim.Epoch);
            var nextWriting = WriteUntilLostAsync(node.JobsOf(next), next.Epoch);
            // Those before fail one by one, and leave nothing.
            await writing.All;

            Assert.NotEmpty(then);
            Assert.Equal(then, await OfEpochAsync(node, claim.Epoch));
            Assert.Empty(acknowledged.Where(one => one.Value == claim.Epoch).Select(one => one.Key).Except(then));
            (claim, writing) = (next, nextWriting);
        }
        await _a.Duties.ReleaseAsync(claim, CancellationToken.None);
        await writing.All;

        (TaskCompletionSource First, Task All) WriteUntilLostAsync(IJobStore jobs, long epoch)
        {
            var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return (first, Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
            {
                try
                {
                    while (true)
                    {
                        var job = Samples.Job(10 * Interlocked.Increment(ref numbers));
                        await jobs.WriteAsync(new JobWrite.Created(job with { Header = job.Header with { Target = $"epoch{epoch}" } }));
                        acknowledged[job.Header.Id] = epoch;
                        first.TrySetResult();
                    }
                }
                catch (DutyLostException)
                {
                    // The end.
                }
            }))));
        }

        async Task<string[]> OfEpochAsync(ClusterStore node, long epoch) =>
            [.. (await AllAsync(node.JobsOf(new DutyClaim("jobs-0", "reader", 0)))).Where(job => job.Target == $"epoch{epoch}").Select(job => job.Id)];
    }

    [Fact]
    public async Task A_claim_waits_for_a_write_under_way_and_a_renewal_does_not()
    {
        await using var connections = await PostgresConnections.OpenAsync(server.AddressOf(_cluster.Schema), TimeProvider.System);
        var claim = await ClusterFixture.ClaimAsync(_a, "jobs-0");
        await using var other = new NpgsqlConnection(server.AddressOf(_cluster.Schema));
        await other.OpenAsync();
        await other.ScalarAsync("SELECT pg_advisory_lock(1)");
        var write = connections.Writer.AddAsync([new("CREATE TABLE written ()"), new("SELECT pg_advisory_xact_lock(1)")], claim);
        await PostgresDutyStoreTests.BlockedAsync(server, 1);

        Assert.True(await _a.Duties.RenewAsync(claim, TimeSpan.FromTicks(10), CancellationToken.None));
        var taken = _b.Duties.ClaimAsync("jobs-0", "b", ClusterFixture.Forever, CancellationToken.None);
        await Task.WhenAny(taken, PostgresDutyStoreTests.BlockedAsync(server, 2));
        Assert.False(taken.IsCompleted);
        await other.ScalarAsync("SELECT pg_advisory_unlock(1)");

        await write;
        Assert.Equal(claim.Epoch + 1, (await taken)!.Epoch);
    }

    [Fact]
    public async Task A_write_waits_for_a_claim_under_way_and_then_fails()
    {
        var claim = await ClusterFixture.ClaimAsync(_a, "jobs-0");
        await using var other = new NpgsqlConnection(server.AddressOf(_cluster.Schema));
        await other.OpenAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await other.ExecuteAsync("UPDATE duty SET epoch = epoch + 1, owner = 'b' WHERE name = 'jobs-0'");

        var write = _a.JobsOf(claim).WriteAsync(new JobWrite.Created(Samples.Job(10)));
        await Task.WhenAny(write, PostgresDutyStoreTests.BlockedAsync(server, 1));
        await transaction.CommitAsync();

        await Assert.ThrowsAsync<DutyLostException>(() => write);
        Assert.Empty(await _a.Jobs.ListAsync(new JobFilter()));
    }

    [Fact]
    public async Task A_node_that_stands_still_in_the_middle_of_a_write_keeps_nobody_from_its_duty()
    {
        await using var connections = await PostgresConnections.OpenAsync(server.AddressOf(_cluster.Schema), TimeProvider.System);
        var claim = await ClusterFixture.ClaimAsync(_a, "jobs-0");
        using var stopped = new Barrier(2);
        var write = connections.Writer.AddAsync(
            PostgresJobWrites.StatementsOf(new JobWrite.Created(Samples.Job(10)), "a"),
            claim,
            refusal: () =>
            {
                if (stopped.CurrentPhaseNumber == 0 && stopped.SignalAndWait(Limit))
                    Assert.True(stopped.SignalAndWait(Limit));
                return null;
            });
        Assert.True(await Task.Run(() => stopped.SignalAndWait(Limit)));

        // As if it were stopped: it comes back only when another has the duty.
        var taken = await ClusterFixture.TakeAsync(_b, claim, "b");
        Assert.Equal("b", taken.Owner);
        Assert.True(await Task.Run(() => stopped.SignalAndWait(Limit)));

        await Assert.ThrowsAsync<DutyLostException>(() => write);
        Assert.Empty(await _b.Jobs.ListAsync(new JobFilter()));
    }

    private static async Task<IReadOnlyList<JobSnapshot>> AllAsync(IJobStore jobs)
    {
        var all = new List<JobSnapshot>();
        while (await jobs.ListAsync(new JobFilter { Limit = 1000, Before = all.LastOrDefault()?.Id }) is { Count: > 0 } page)
            all.AddRange(page);
        return all;
    }

    private static EventCursor At(long sequence) => EventCursor.Beginning.With("node1", new EventPosition(1, sequence));

    private static Subscription Subscription(string id) => new()
    {
        Id = id,
        CreatedAt = Samples.Start,
        Spec = new SubscriptionSpec { Url = new Uri("http://receiver/") },
        Secrets = new WebhookSecrets { Current = "secret" },
        Progress = new SubscriptionProgress(At(1), 0, 0),
    };

    private static FreezeLease Lease(string id, string vm) => new()
    {
        Id = id,
        Group = "group1",
        Host = "rack1",
        Vm = vm,
        Owner = "backup",
        Ttl = TimeSpan.FromSeconds(60),
        Deadline = Samples.Start,
    };
}
