using System.Diagnostics;
using System.Runtime.InteropServices;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Host.Storage;
using Orchestrator.TestKit.Processes;

namespace Orchestrator.Host.Tests.Storage;

/// <summary>A process that dies in the middle, and a disk that ends.</summary>
public sealed class StoreCrashTests : IDisposable
{
    private const int Rounds = 10;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private static readonly string Dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
    private static readonly string Program = typeof(StoreProcess).Assembly.Location;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orchestrator-store-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task What_was_acknowledged_is_there_after_a_kill_and_nothing_is_half()
    {
        var begun = new HashSet<string>();
        var ended = new HashSet<string>();
        for (var round = 0; round < Rounds; round++)
        {
            await WriteUntilKilledAsync(first: 10_000 * round, lines: 10 + 7 * round, begun, ended);
            await using var store = await NodeStore.OpenAsync(_directory.FullName, null, "node1", TimeProvider.System);
            await AssertWholeAsync(store, begun, ended);
        }
        Assert.True(ended.Count > Rounds);
    }

    [Fact]
    public async Task A_disk_that_is_full_refuses_and_works_again_when_there_is_room()
    {
        // A file system of its own needs no right but that to a namespace of one's own.
        var output = await ChildProcess.RunAsync(
            RequiredTool.Find("unshare", "util-linux"),
            ["--user", "--map-root-user", "--mount", "/bin/sh", "-c", "mount -t tmpfs -o size=4m tmpfs \"$0\" && exec \"$1\" \"$2\" fill \"$0\"", _directory.FullName, Dotnet, Program],
            Limit);

        Assert.Contains($"refused: the disk is full: {_directory.FullName}/jobs.db", output, StringComparison.Ordinal);
        Assert.Contains($"outputs refused: the disk is full: nothing can be written below {_directory.FullName}/outputs", output, StringComparison.Ordinal);
        Assert.Contains("there is room: True True", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_that_were_acknowledged_are_there_after_a_kill_and_every_life_is_an_epoch()
    {
        var acknowledged = 0L;
        for (var round = 0; round < 4; round++)
        {
            acknowledged = await LogUntilKilledAsync(lines: 5 + 9 * round);
            await using var store = await NodeStore.OpenAsync(_directory.FullName, null, "node1", TimeProvider.System);
            var log = store.Events.Extent;
            Assert.InRange(acknowledged, 1, log.Last);
            Assert.Equal(log.Last + 1, log.Epochs[^1].From);
            var events = await store.Events.ReadAsync(0, int.MaxValue);
            Assert.Equal(Enumerable.Range(1, (int)log.Last).Select(number => (long)number), events.Select(happened => happened.Sequence));
        }
    }

    /// <summary>Kills it after so many acknowledgements; returns the last sequence of all that it made.</summary>
    private async Task<long> LogUntilKilledAsync(int lines)
    {
        using var process = Process.Start(new ProcessStartInfo(Dotnet, [Program, "log", _directory.FullName]) { RedirectStandardOutput = true })!;
        var last = 0L;
        for (var count = 0; await process.StandardOutput.ReadLineAsync().WaitAsync(Limit, TimeProvider.System) is { } line; count++)
        {
            // A line that was cut acknowledges less.
            if (line.Split(' ') is ["logged", var sequence] && long.TryParse(sequence, out var number))
                last = Math.Max(last, number);
            if (count == lines)
                process.Kill();
        }
        await process.WaitForExitAsync().WaitAsync(Limit, TimeProvider.System);
        return last;
    }

    /// <summary>Kills it after so many acknowledgements, and reads the rest of what it said.</summary>
    private async Task WriteUntilKilledAsync(int first, int lines, HashSet<string> begun, HashSet<string> ended)
    {
        using var process = Process.Start(new ProcessStartInfo(Dotnet, [Program, "write", _directory.FullName, first.ToString()]) { RedirectStandardOutput = true })!;
        for (var count = 0; await process.StandardOutput.ReadLineAsync().WaitAsync(Limit, TimeProvider.System) is { } line; count++)
        {
            // A line that was cut acknowledges nothing.
            if (line.Split(' ') is [var what, { Length: JobIds.Length } id])
                (what == "begun" ? begun : ended).Add(id);
            if (count == lines)
                process.Kill();
        }
        await process.WaitForExitAsync().WaitAsync(Limit, TimeProvider.System);
        Assert.Equal(128 + (int)Signal.Kill, process.ExitCode);
    }

    private static async Task AssertWholeAsync(NodeStore store, HashSet<string> begun, HashSet<string> ended)
    {
        var jobs = new Dictionary<string, StoredJob>();
        for (string? before = null; await store.Jobs.ListAsync(new JobFilter { Limit = 1000, Before = before }) is [.., var last] page; before = last.Id)
        {
            foreach (var job in page)
                jobs.Add(job.Id, (await store.Jobs.LoadAsync(job.Id))!);
        }
        Assert.Empty(begun.Except(jobs.Keys));
        Assert.All(ended, id => Assert.Equal(JobPhase.Partial, jobs[id].Header.Phase));
        Assert.All(jobs.Values, job =>
        {
            Assert.Equal(3, job.Targets.Count);
            Assert.Equal(3, job.Dispatched.Count);
            Assert.Equal(job.Header.EndedAt is null ? [0, 1] : [0, 1, 2], job.Outcomes.Select(outcome => outcome.Ordinal));
            AssertReadable(store.Outputs, job.Outcomes[0].Outcome.Exec!.StdoutKept!);
        });
        Assert.Equal(await store.Jobs.LoadUnfinishedAsync() is var unfinished ? unfinished.Count : 0, jobs.Values.Count(job => job.Header.EndedAt is null));
    }

    private static void AssertReadable(OutputFiles outputs, KeptOutput kept)
    {
        using var file = outputs.Open(kept)!;
        Assert.Equal((kept.Bytes, kept.Sha256), (file.Length, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(file))));
    }
}
