using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Host.Storage;

namespace Orchestrator.Host.Tests.Storage;

/// <summary>
/// This assembly as a program: <c>write DIR FIRST</c> writes jobs until it is killed, <c>log DIR</c> events likewise, <c>fill DIR</c> writes until the
/// disk is full.
/// </summary>
internal static class StoreProcess
{
    private const int Writers = 4;

    public static async Task<int> Main(string[] arguments)
    {
        await using var store = await NodeStore.OpenAsync(arguments[1], null, "node1", TimeProvider.System);
        if (arguments[0] == "log")
            return await LogAsync(store.Events);
        if (arguments[0] == "fill")
            return await FillAsync(store.Jobs, arguments[1]);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => WriteAsync(store.Jobs, int.Parse(arguments[2]) + writer)));
        return 0;
    }

    /// <summary>A job whole and one in steps, in turns; a line when the store has acknowledged it.</summary>
    private static async Task WriteAsync(IJobStore jobs, int number)
    {
        for (; ; number += Writers)
        {
            var job = Samples.Job(number);
            var id = job.Header.Id;
            await jobs.WriteAsync(new JobWrite.Created(job), new JobWrite.Dispatched(id, 1, [0, 1, 2]), new JobWrite.Ended(id, [(0, Samples.Failure(0, OutputFiles.MaxInlineBytes + 1 + number)), (1, Samples.Success(1))]));
            Console.WriteLine($"begun {id}");
            await jobs.WriteAsync(new JobWrite.Ended(id, [(2, Samples.Success(2))]), new JobWrite.Changed(Samples.Ended(job)));
            Console.WriteLine($"ended {id}");
        }
    }

    /// <summary>Batches of growing size; a line with the last sequence when the log has acknowledged one.</summary>
    private static async Task<int> LogAsync(SqliteEventStore log)
    {
        for (var (sequence, size) = (log.Extent.Last + 1, 1); ; sequence += size++)
        {
            await log.AppendAsync([.. Enumerable.Range(0, size).Select(number => Samples.Event(sequence + number))]);
            Console.WriteLine($"logged {sequence + size - 1}");
        }
    }

    /// <summary>The directory is on a disk of 4 MiB, with a file in it whose removal makes room.</summary>
    private static async Task<int> FillAsync(IJobStore jobs, string directory)
    {
        var ballast = Path.Combine(directory, "ballast");
        await File.WriteAllBytesAsync(ballast, new byte[2 << 20]);
        var written = 0;
        try
        {
            for (; ; written++)
                await jobs.WriteAsync(new JobWrite.Created(Samples.Job(written, targets: 2000)));
        }
        catch (JobStoreException e)
        {
            Console.WriteLine($"refused: {e.Message}");
        }
        try
        {
            for (var number = 1; ; number++)
                await jobs.KeepAsync(Samples.Job(0).Header.Id, [(0, Samples.Failure(0, OutputFiles.MaxInlineBytes + 1 + number))]);
        }
        catch (JobStoreException e)
        {
            Console.WriteLine($"outputs refused: {e.Message}");
        }
        File.Delete(ballast);
        await jobs.WriteAsync(new JobWrite.Created(Samples.Job(written)));
        var kept = await jobs.KeepAsync(Samples.Job(0).Header.Id, [(0, Samples.Failure(0, OutputFiles.MaxInlineBytes * 2))]);
        Console.WriteLine($"there is room: {(await jobs.ListAsync(new JobFilter { Limit = 1000 })).Count == written + 1} {kept[0].Outcome.Exec!.StdoutKept is not null}");
        return 0;
    }
}
