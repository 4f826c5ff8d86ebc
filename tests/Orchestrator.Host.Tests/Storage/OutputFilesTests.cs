using System.Security.Cryptography;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Host.Serving;
using Orchestrator.Host.Storage;

namespace Orchestrator.Host.Tests.Storage;

public sealed class OutputFilesTests : IAsyncLifetime
{
    private const string Job = "01M82CJW409EM7RK8X67000001";
    private const int Large = OutputFiles.MaxInlineBytes + 1;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orchestrator-store-");
    private OutputFiles _outputs = null!;

    private string Root => Path.Combine(_directory.FullName, "outputs");

    public Task InitializeAsync()
    {
        _outputs = OutputFiles.Open(Root);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _outputs.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Small_outputs_stay_where_they_are()
    {
        IReadOnlyList<(int, Outcome)> outcomes = [(0, Samples.Success(0)), (1, Samples.Failure(1, OutputFiles.MaxInlineBytes))];

        Assert.Same(outcomes, await _outputs.KeepAsync(Job, outcomes));
        Assert.Empty(Directory.GetFileSystemEntries(Root));
    }

    [Fact]
    public async Task Large_outputs_are_on_disk_for_their_user_only_and_come_back_whole()
    {
        var large = Samples.Failure(1, Large) with { Result = Samples.Failure(1, Large + 1).Exec!.Stdout };
        large = large with { Exec = large.Exec! with { Stderr = Samples.Failure(1, Large + 2).Exec!.Stdout } };

        var kept = (await _outputs.KeepAsync(Job, [(0, Samples.Success(0)), (1, large)]))[1].Outcome;

        Assert.Equal((0, 0, 0), (kept.Result.Length, kept.Exec!.Stdout.Length, kept.Exec.Stderr.Length));
        Assert.Equal(new KeptOutput(Job, Large, Convert.ToHexStringLower(SHA256.HashData(large.Exec.Stdout.Span))), kept.Exec.StdoutKept);
        Assert.Equal((Large + 1, Large + 2), (kept.ResultKept!.Bytes, kept.Exec.StderrKept!.Bytes));
        Assert.Equal((large.Message, large.Exec.ExitCode), (kept.Message, kept.Exec.ExitCode));
        var files = Directory.GetFiles(Root, "*", SearchOption.AllDirectories);
        Assert.Equal(3, files.Length);
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));

        var whole = await _outputs.RestoreAsync(kept);
        Assert.True(whole.Result.Span.SequenceEqual(large.Result.Span));
        Assert.True(whole.Exec!.Stdout.Span.SequenceEqual(large.Exec.Stdout.Span));
        Assert.True(whole.Exec.Stderr.Span.SequenceEqual(large.Exec.Stderr.Span));
        Assert.Equal((null, null, null), (whole.ResultKept, whole.Exec.StdoutKept, whole.Exec.StderrKept));
    }

    [Fact]
    public async Task The_same_output_of_many_is_one_file()
    {
        await _outputs.KeepAsync(Job, [.. Enumerable.Range(0, 20).Select(ordinal => (ordinal, Samples.Failure(ordinal, Large)))]);

        Assert.Single(Directory.GetFiles(Path.Combine(Root, Job)));
    }

    [Fact]
    public async Task A_store_lightens_what_was_not_lightened_before()
    {
        await using var database = await SqliteDatabase.OpenAsync(Path.Combine(_directory.FullName, "jobs.db"), StoreSchema.Migrations);
        var store = new SqliteJobStore(database, _outputs, TimeProvider.System);
        await store.WriteAsync(new JobWrite.Created(Samples.Job(1)), new JobWrite.Ended(Job, [(0, Samples.Failure(0, Large))]));

        var outcome = (await store.LoadAsync(Job))!.Outcomes[0].Outcome;

        Assert.Equal((0, Large), (outcome.Exec!.Stdout.Length, outcome.Exec.StdoutKept!.Bytes));
        await using var file = _outputs.Open(outcome.Exec.StdoutKept);
        Assert.Equal(Large, file!.Length);
    }

    [Fact]
    public async Task Outputs_go_with_their_job()
    {
        await using var database = await SqliteDatabase.OpenAsync(Path.Combine(_directory.FullName, "jobs.db"), StoreSchema.Migrations);
        var store = new SqliteJobStore(database, _outputs, TimeProvider.System);
        var (first, second) = (Samples.Job(1), Samples.Job(2));
        await store.WriteAsync(new JobWrite.Created(first), new JobWrite.Created(second));
        var kept = (await store.KeepAsync(first.Header.Id, [(0, Samples.Failure(0, Large))]))[0].Outcome.Exec!.StdoutKept!;
        await store.KeepAsync(second.Header.Id, [(0, Samples.Failure(0, Large))]);
        await store.WriteAsync(new JobWrite.Changed(Samples.Ended(first)));

        await store.TrimAsync(new JobHistoryLimits(0, TimeSpan.FromDays(9999)));

        Assert.Null(_outputs.Open(kept));
        Assert.Equal([second.Header.Id], Directory.GetDirectories(Root).Select(Path.GetFileName));
    }

    [Fact]
    public async Task What_was_not_finished_and_whose_job_is_not_there_is_removed_at_the_start()
    {
        await _outputs.KeepAsync(Job, [(0, Samples.Failure(0, Large))]);
        await File.WriteAllTextAsync(Path.Combine(Root, Job, "half.1.part"), "half");
        await _outputs.DisposeAsync();

        _outputs = OutputFiles.Open(Root);
        Assert.DoesNotContain(Directory.GetFiles(Path.Combine(Root, Job)), file => file.EndsWith(".part", StringComparison.Ordinal));

        await using (await NodeStore.OpenAsync(_directory.FullName, null, "node1", TimeProvider.System))
            Assert.Empty(Directory.GetDirectories(Root));
    }

    [Fact]
    public async Task A_place_that_cannot_be_written_is_told_with_what_to_look_at()
    {
        var file = Path.Combine(_directory.FullName, "file");
        await File.WriteAllTextAsync(file, "");
        Assert.Contains(file, Assert.Throws<ServeException>(() => OutputFiles.Open(file)).Message, StringComparison.Ordinal);

        Directory.Delete(Root);
        await File.WriteAllTextAsync(Root, "");
        var error = await Assert.ThrowsAsync<JobStoreException>(() => _outputs.KeepAsync(Job, [(0, Samples.Failure(0, Large))]));
        Assert.Contains(Root, error.Message, StringComparison.Ordinal);
    }
}
