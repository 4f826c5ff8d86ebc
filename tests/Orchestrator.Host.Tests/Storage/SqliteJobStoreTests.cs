using System.Text.Json;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Host.Storage;

namespace Orchestrator.Host.Tests.Storage;

public sealed class SqliteJobStoreTests : JobStoreTests
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orchestrator-store-");
    private NodeStore? _node;

    public override async Task DisposeAsync()
    {
        await _node!.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private protected override async Task<IJobStore> OpenAsync()
    {
        if (_node is not null)
            await _node.DisposeAsync();
        _node = await NodeStore.OpenAsync(_directory.FullName, null, "node1", Time);
        return _node.Jobs;
    }

    [Fact]
    public async Task Phase_reason_and_effect_of_outcomes_can_be_asked_for()
    {
        var job = Samples.Job(1);
        await _node!.Jobs.WriteAsync(new JobWrite.Created(job), new JobWrite.Ended(job.Header.Id, [(0, Samples.Success(0)), (1, Samples.Failure(1))]));

        var failed = await _node.Database.ReadAsync(session => session.Query("SELECT ordinal, reason, effect FROM outcome WHERE phase = 'Failed'", row => (row.GetInt32(0), row.GetString(1), row.GetString(2))));

        Assert.Equal([(1, "ExitNonZero", "Applied")], failed);
    }

    [Fact]
    public async Task Who_asks_for_outcomes_gets_the_newest_of_each_target_of_a_job()
    {
        var (first, second) = (Samples.Job(1), Samples.Job(2));
        await _node!.Jobs.WriteAsync(new JobWrite.Created(first), new JobWrite.Ended(first.Header.Id, [(0, Samples.Failure(0)), (1, Samples.Failure(1)), (2, Samples.Failure(2)), (2, Samples.Success(2))]));
        await _node.Jobs.WriteAsync(new JobWrite.Created(second), new JobWrite.Ended(second.Header.Id, [(0, Samples.Failure(0))]));
        await _node.Jobs.WriteAsync(new JobWrite.Ended(first.Header.Id, [(0, Samples.Success(0))]));

        var outcomes = await _node.Database.ReadAsync(session => session.Query(
            "SELECT id, ordinal, outcome.phase, document FROM outcome JOIN job ON job.key = job ORDER BY id, ordinal",
            row => (row.GetString(0), row.GetInt32(1), row.GetString(2), row.GetString(3))));

        Assert.Equal(
            [(first.Header.Id, 0, "Succeeded"), (first.Header.Id, 1, "Failed"), (first.Header.Id, 2, "Succeeded"), (second.Header.Id, 0, "Failed")],
            outcomes.Select(row => (row.Item1, row.Item2, row.Item3)));
        AssertSame(Samples.Failure(1), JsonSerializer.Deserialize(outcomes[1].Item4, StoreJson.Default.Outcome)!);
    }

    [Fact]
    public async Task An_outcome_that_came_twice_at_once_is_the_later_one()
    {
        var job = Samples.Job(1);
        await _node!.Jobs.WriteAsync(new JobWrite.Created(job), new JobWrite.Ended(job.Header.Id, [(1, Samples.Failure(1)), (0, Samples.Success(0)), (1, Samples.Success(1))]));

        var outcomes = (await _node.Jobs.LoadAsync(job.Header.Id))!.Outcomes;

        Assert.Equal([(1, Phase.Succeeded), (0, Phase.Succeeded)], outcomes.Select(outcome => (outcome.Ordinal, outcome.Outcome.Phase)));
    }

    [Fact]
    public async Task Large_outcomes_that_come_together_have_a_page_each_and_many_small_ones_share_one()
    {
        var (large, small) = (Samples.Job(1, targets: 40), Samples.Job(2, targets: 256));
        (int, Outcome)[] outcomes = [.. Enumerable.Range(0, 40).Select(ordinal => (39 - ordinal, Samples.Failure(ordinal, OutputFiles.MaxInlineBytes)))];
        await _node!.Jobs.WriteAsync(new JobWrite.Created(large), new JobWrite.Ended(large.Header.Id, outcomes), new JobWrite.Ended(large.Header.Id, [(20, Samples.Success(20))]));
        await _node.Jobs.WriteAsync(new JobWrite.Created(small), new JobWrite.Ended(small.Header.Id, [.. Enumerable.Range(0, 256).Select(ordinal => (ordinal, Samples.Success(ordinal)))]), new JobWrite.Ended(small.Header.Id, []));

        var pages = await _node.Database.ReadAsync(session => session.Query("SELECT count(*), max(length(document)) FROM outcome_page GROUP BY job ORDER BY job", row => (row.GetInt32(0), row.GetInt32(1))));
        var found = (await _node.Jobs.LoadAsync(large.Header.Id))!.Outcomes;

        Assert.Equal([41, 2], pages.Select(page => page.Item1));
        Assert.All(pages, page => Assert.InRange(page.Item2, 0, 256 * 1024));
        Assert.Equal(Enumerable.Range(0, 40).Reverse(), found.Select(outcome => outcome.Ordinal));
        Assert.Equal(Phase.Succeeded, found[19].Outcome.Phase);
    }

    [Fact]
    public async Task A_database_with_a_row_for_every_program_keeps_those_that_run()
    {
        StoredJob[] jobs = [Samples.Job(1, targets: 3000), Samples.Job(2)];
        await using (var old = await OldAsync(5))
        {
            await old.WriteAsync(session =>
            {
                foreach (var job in jobs)
                    SqliteJobWrites.Apply(session, new JobWrite.Created(job), _node!.Outputs);
                for (var ordinal = 0; ordinal < 2500; ordinal++)
                    session.Execute("INSERT INTO program (job, ordinal, pid, agent) VALUES (1, ?1, ?2, ?3)", ordinal, ordinal + 7L, ordinal % 2 == 0 ? "agent" : null);
                // The first attempt of a target whose second one runs.
                SqliteJobWrites.Apply(session, new JobWrite.Ended(jobs[0].Header.Id, [(1, Samples.Failure(1))]), _node!.Outputs);
            });
        }

        _node = await NodeStore.OpenAsync(_directory.FullName, null, "node1", Time);

        var started = (await _node.Jobs.LoadAsync(jobs[0].Header.Id))!.Started;
        Assert.Equal(Enumerable.Range(0, 2500).ToDictionary(ordinal => ordinal, ordinal => new ExecEvidence(ordinal + 7, ordinal % 2 == 0 ? "agent" : null)), started);
        Assert.Empty((await _node.Jobs.LoadAsync(jobs[1].Header.Id))!.Started);
        await _node.Jobs.WriteAsync(new JobWrite.Ended(jobs[0].Header.Id, [(1, Samples.Success(1))]));
        Assert.Equal(2499, (await _node.Jobs.LoadAsync(jobs[0].Header.Id))!.Started.Count);
    }

    /// <summary>In the place of the node's database, one of a version before.</summary>
    private async Task<SqliteDatabase> OldAsync(int version)
    {
        await _node!.DisposeAsync();
        foreach (var file in _directory.GetFiles("jobs.db*"))
            file.Delete();
        return await SqliteDatabase.OpenAsync(Path.Combine(_directory.FullName, "jobs.db"), [.. StoreSchema.Migrations.Take(version)]);
    }

    [Fact]
    public async Task A_database_with_a_row_for_every_outcome_keeps_its_jobs()
    {
        (StoredJob Job, List<(int Ordinal, Outcome Outcome)> Outcomes)[] jobs = [(Samples.Job(1, targets: 600), []), (Samples.Job(2, targets: 600), []), (Samples.Job(3), [])];
        await using (var old = await OldAsync(4))
        {
            await old.WriteAsync(session =>
            {
                foreach (var (job, _) in jobs)
                    SqliteJobWrites.Apply(session, new JobWrite.Created(job), _node!.Outputs);
                // Of two jobs in turns, the last target first.
                for (var at = 0; at < 1200; at++)
                {
                    var (ordinal, outcomes) = (599 - at / 2, jobs[at % 2].Outcomes);
                    outcomes.Add((ordinal, at % 3 == 0 ? Samples.Failure(ordinal) : Samples.Success(ordinal)));
                    session.Execute("INSERT INTO outcome (job, ordinal, document) VALUES (?1, ?2, ?3)", at % 2 + 1, ordinal, JsonSerializer.Serialize(outcomes[^1].Outcome, StoreJson.Default.Outcome));
                }
            });
        }

        _node = await NodeStore.OpenAsync(_directory.FullName, null, "node1", Time);

        foreach (var (job, outcomes) in jobs)
            AssertSame(Text(job with { Outcomes = outcomes }), Text((await _node.Jobs.LoadAsync(job.Header.Id))!));
        await _node.Jobs.WriteAsync(new JobWrite.Ended(jobs[0].Job.Header.Id, [(300, Samples.Success(1))]));
        var after = (await _node.Jobs.LoadAsync(jobs[0].Job.Header.Id))!.Outcomes;
        Assert.Equal(600, after.Count);
        Assert.Equal((300, "web1-\u00fc"), (after[299].Ordinal, after[299].Outcome.Name));

        Assert.Empty((await _node.Jobs.LoadAsync(jobs[0].Job.Header.Id))!.Started);

        static string[] Text(StoredJob job) =>
        [
            JsonSerializer.Serialize(job),
            .. job.Targets.Select(target => target.ToString()),
            .. job.Outcomes.Select(outcome => $"{outcome.Ordinal} {JsonSerializer.Serialize(outcome.Outcome)}"),
        ];
    }
}
