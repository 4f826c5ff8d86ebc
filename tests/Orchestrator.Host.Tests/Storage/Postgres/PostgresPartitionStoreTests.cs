using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Host.Storage;
using Orchestrator.Host.Storage.Postgres;

namespace Orchestrator.Host.Tests.Storage.Postgres;

/// <summary>All that a store of jobs promises, for those of one partition.</summary>
[Collection(nameof(PostgresServer))]
public sealed class PostgresPartitionStoreTests(PostgresServer server) : JobStoreTests
{
    private readonly ClusterFixture _cluster = new(server);
    private ClusterStore _node = null!;
    private IJobStore _store = null!;

    public override async Task DisposeAsync() => await _cluster.DisposeAsync();

    private protected override async Task<IJobStore> OpenAsync()
    {
        _node = await _cluster.NodeAsync(Time);
        return _store = _node.JobsOf(await ClusterFixture.ClaimAsync(_node, "jobs-0"));
    }

    /// <summary>Every tenth id ends with the partition's character.</summary>
    private protected override StoredJob Job(int number, int targets = 3, string command = "guest-ping", string? key = null) => Samples.Job(number * 10, targets, command, key);

    [Fact]
    public async Task A_partition_lists_takes_up_and_trims_its_own_jobs_and_a_gateway_sees_all()
    {
        var other = _node.JobsOf(await ClusterFixture.ClaimAsync(_node, "jobs-1", "b"));
        await _store.WriteAsync(new JobWrite.Created(Samples.Job(10, key: "mine")), new JobWrite.Created(Samples.Job(20)));
        await other.WriteAsync(new JobWrite.Created(Samples.Job(11, key: "theirs")), new JobWrite.Created(Samples.Job(21)));
        await _store.WriteAsync(new JobWrite.Changed(Samples.Ended(Samples.Job(10))));
        await other.WriteAsync(new JobWrite.Changed(Samples.Ended(Samples.Job(11))));

        Assert.Equal([Id(20), Id(10)], (await _store.ListAsync(new JobFilter())).Select(job => job.Id));
        Assert.Equal([Id(21)], (await other.LoadUnfinishedAsync()).Select(job => job.Header.Id));
        Assert.Equal([Id(21), Id(20), Id(11), Id(10)], (await _node.Jobs.ListAsync(new JobFilter())).Select(job => job.Id));
        Assert.Equal([Id(20), Id(11)], (await _node.Jobs.ListAsync(new JobFilter { Limit = 2, Before = Id(21) })).Select(job => job.Id));
        Assert.Equal(Id(11), (await _node.Jobs.FindAsync("theirs"))!.Header.Id);
        Assert.Equal(Id(21), (await _node.Jobs.LoadAsync(Id(21)))!.Header.Id);

        await other.TrimAsync(new JobHistoryLimits(MaxJobs: 0, TimeSpan.FromDays(30)));
        Assert.Equal([Id(21), Id(20), Id(10)], (await _node.Jobs.ListAsync(new JobFilter())).Select(job => job.Id));
    }

    [Fact]
    public async Task A_store_of_a_duty_that_was_given_up_writes_nothing_more()
    {
        var store = _node.JobsOf(await ClusterFixture.ClaimAsync(_node, "jobs-3"));
        await store.WriteAsync(new JobWrite.Created(Samples.Job(13)));
        store.Close();

        await Assert.ThrowsAsync<DutyLostException>(() => store.WriteAsync(new JobWrite.Created(Samples.Job(23))));

        Assert.Equal([Id(13)], (await store.ListAsync(new JobFilter())).Select(job => job.Id));
    }

    [Fact]
    public async Task A_job_of_another_partition_is_refused_and_nothing_of_the_call_is_written()
    {
        var error = await Assert.ThrowsAsync<JobStoreException>(() => _store.WriteAsync(new JobWrite.Created(Samples.Job(10)), new JobWrite.Created(Samples.Job(11))));

        Assert.Contains(Id(11), error.Message, StringComparison.Ordinal);
        Assert.Contains("jobs-0", error.Message, StringComparison.Ordinal);
        Assert.Empty(await _node.Jobs.ListAsync(new JobFilter()));
    }

    [Fact]
    public async Task Of_nodes_that_take_the_same_key_at_once_one_gets_it_and_the_others_are_told_whose_it_is()
    {
        var nodes = await Task.WhenAll("123456789".Select(async partition =>
        {
            var node = await _cluster.NodeAsync(Time);
            return (Number: partition - '0', Jobs: node.JobsOf(await ClusterFixture.ClaimAsync(node, $"jobs-{partition}", $"node{partition}")));
        }));

        var tries = nodes.Select(node => (node.Number, Task: node.Jobs.WriteAsync(new JobWrite.Created(Samples.Job(node.Number, key: "once"))))).ToArray();
        var errors = await Task.WhenAll(tries.Select(async one => await Record.ExceptionAsync(() => one.Task)));

        var winner = Id(Assert.Single(tries, one => one.Task.IsCompletedSuccessfully).Number);
        Assert.All(errors.OfType<Exception>(), error => Assert.Contains($"'once' belongs to the job {winner}", Assert.IsType<JobStoreException>(error).Message, StringComparison.Ordinal));
        Assert.Equal(winner, (await _node.Jobs.FindAsync("once"))!.Header.Id);
        Assert.Single(await _node.Jobs.ListAsync(new JobFilter()));
    }

    [Fact]
    public async Task Large_outputs_are_files_of_the_node_until_it_sweeps_those_of_forgotten_jobs()
    {
        var (claim, outputs) = (new DutyClaim("jobs-0", "a", 1), server.Outputs());
        await using var connections = await PostgresConnections.OpenAsync(server.AddressOf(_cluster.Schema), Time);
        var store = new PostgresPartitionStore(connections, claim, '0', outputs, Time);
        await store.WriteAsync(new JobWrite.Created(Samples.Job(10)));
        await store.WriteAsync(new JobWrite.Ended(Id(10), [(0, Samples.Failure(0, OutputFiles.MaxInlineBytes + 1))]), new JobWrite.Changed(Samples.Ended(Samples.Job(10))));

        var kept = (await _node.Jobs.LoadAsync(Id(10)))!.Outcomes[0].Outcome.Exec!.StdoutKept!;
        await using (var file = outputs.Open(kept)!)
            Assert.Equal(OutputFiles.MaxInlineBytes + 1, file.Length);
        await store.TrimAsync(new JobHistoryLimits(0, TimeSpan.FromDays(30)));
        Assert.Null(await _node.Jobs.LoadAsync(Id(10)));
        await using (var file = outputs.Open(kept))
            Assert.NotNull(file);
        await outputs.SweepAsync(_node.Jobs.ExistsAsync);
        Assert.Null(outputs.Open(kept));
        await outputs.DisposeAsync();
    }

    [Theory]
    [InlineData("jobs-0", '0')]
    [InlineData("jobs-Y", 'Y')]
    [InlineData("control", 'Z')]
    public void A_duty_has_the_jobs_of_its_partition(string duty, char partition) => Assert.Equal(partition, DutyScopes.PartitionOf(duty));

    [Theory]
    [InlineData("jobs-Z")]
    [InlineData("jobs-I")]
    [InlineData("jobs-a")]
    [InlineData("jobs-")]
    [InlineData("jobs-01")]
    [InlineData("vmhost-a")]
    public void A_duty_without_jobs_has_no_store_of_them(string duty) =>
        Assert.Contains(duty, Assert.Throws<ArgumentException>(() => _node.JobsOf(new DutyClaim(duty, "a", 1))).Message, StringComparison.Ordinal);

    [Fact]
    public void What_is_not_a_duty_of_a_store_is_refused()
    {
        Assert.Throws<ArgumentException>(() => _node.LeasesOf(new DutyClaim("control", "a", 1)));
        Assert.Throws<ArgumentException>(() => _node.LeasesOf(new DutyClaim("vmhost-", "a", 1)));
        Assert.Throws<ArgumentException>(() => _node.ControllersOf(new DutyClaim("jobs-0", "a", 1)));
        Assert.Throws<ArgumentException>(() => _node.SubscriptionsOf(new DutyClaim("vmhost-a", "a", 1)));
    }

    [Fact]
    public void Every_partition_has_a_duty()
    {
        var duties = JobPartition.OfGateways.Select(partition => $"jobs-{partition}").Append(DutyScopes.Control);

        Assert.Equal(JobPartition.OfGateways + JobPartition.OfControllers, string.Concat(duties.Select(DutyScopes.PartitionOf)));
    }

    private static string Id(int number) => Samples.Job(number).Header.Id;
}
