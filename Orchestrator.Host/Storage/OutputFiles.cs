using System.Security.Cryptography;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Host.Storage;

/// <summary>
/// Large outputs of outcomes: <c>DATA/outputs/JOB/SHA256</c>, so that the same output of a thousand VMs is one file, and a later attempt never
/// changes what an earlier one left. A file has its name only when it is whole and on disk.
/// </summary>
internal sealed class OutputFiles : IAsyncDisposable
{
    /// <summary>What is larger is not kept in a row.</summary>
    public const int MaxInlineBytes = 64 * 1024;

    private const string Unfinished = ".part";
    private readonly string _directory;
    private readonly StoreThread _thread;

    private OutputFiles(string directory) =>
        (_directory, _thread) = (directory, new StoreThread("store outputs", SqliteDatabase.MaxWaiting, e => StoreFailures.OfFiles(e, directory)));

    /// <summary>Makes the directory, for its user only, and removes what was not finished when the node was killed.</summary>
    /// <exception cref="Serving.ServeException">It cannot be made.</exception>
    public static OutputFiles Open(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            foreach (var unfinished in Directory.EnumerateFiles(directory, "*" + Unfinished, SearchOption.AllDirectories))
                File.Delete(unfinished);
            return new OutputFiles(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Serving.ServeException(StoreFailures.OfFiles(e, directory).Message);
        }
    }

    /// <summary>As <see cref="IJobStore.KeepAsync"/>, on a thread of its own.</summary>
    public Task<IReadOnlyList<(int Ordinal, Outcome Outcome)>> KeepAsync(string jobId, IReadOnlyList<(int Ordinal, Outcome Outcome)> outcomes) =>
        outcomes.Any(item => IsLarge(item.Outcome))
            ? _thread.RunAsync<IReadOnlyList<(int Ordinal, Outcome Outcome)>>(() => [.. outcomes.Select(item => (item.Ordinal, Keep(jobId, item.Outcome)))])
            : Task.FromResult(outcomes);

    /// <summary>The same for one outcome, with another limit of what stays in it.</summary>
    public Task<Outcome> KeepAsync(string jobId, Outcome outcome, int maxInline) => _thread.RunAsync(() => Keep(jobId, outcome, maxInline));

    /// <summary>The same at once, for a thread that may wait for the disk.</summary>
    /// <exception cref="JobStoreException">It could not be written.</exception>
    public Outcome Keep(string jobId, Outcome outcome, int maxInline = MaxInlineBytes)
    {
        if (!IsLarge(outcome, maxInline))
            return outcome;
        try
        {
            if (outcome.Result.Length > maxInline)
                outcome = outcome with { Result = default, ResultKept = Write(jobId, outcome.Result) };
            if (outcome.Exec is { } exec && exec.Stdout.Length > maxInline)
                outcome = outcome with { Exec = exec with { Stdout = default, StdoutKept = Write(jobId, exec.Stdout) } };
            if (outcome.Exec is { } same && same.Stderr.Length > maxInline)
                outcome = outcome with { Exec = same with { Stderr = default, StderrKept = Write(jobId, same.Stderr) } };
            return outcome;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StoreFailures.OfFiles(e, _directory);
        }
    }

    /// <summary>Opens a kept output for reading; <see langword="null"/> if its job was forgotten.</summary>
    public FileStream? Open(KeptOutput output)
    {
        try
        {
            return new FileStream(PathOf(output.JobId, output.Sha256), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous);
        }
        catch (IOException e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>An outcome with all its bytes, for one who wants them in one piece.</summary>
    /// <exception cref="JobStoreException">They cannot be read.</exception>
    public Task<Outcome> RestoreAsync(Outcome outcome) => outcome is { ResultKept: null, Exec: null or { StdoutKept: null, StderrKept: null } }
        ? Task.FromResult(outcome)
        : _thread.RunAsync(() => outcome with
        {
            Result = Read(outcome.ResultKept) ?? outcome.Result,
            ResultKept = null,
            Exec = outcome.Exec is { } exec
                ? exec with { Stdout = Read(exec.StdoutKept) ?? exec.Stdout, StdoutKept = null, Stderr = Read(exec.StderrKept) ?? exec.Stderr, StderrKept = null }
                : null,
        });

    /// <summary>Removes the outputs of jobs that are not there any more.</summary>
    /// <param name="exists">Whether a job is. Its row is always older than its outputs, unless there is a time <paramref name="before"/>.</param>
    /// <param name="before">Outputs that came after it are left: the row of a job of another node may come after them. <see langword="null"/> for none.</param>
    /// <exception cref="JobStoreException">They cannot be removed, or nobody can tell.</exception>
    public async Task SweepAsync(Func<string, Task<bool>> exists, DateTimeOffset? before = null)
    {
        foreach (var job in await _thread.RunAsync(() => Directory.GetDirectories(_directory).Where(job => before is null || Directory.GetLastWriteTimeUtc(job) < before.Value.UtcDateTime).Select(Path.GetFileName).ToArray()).ConfigureAwait(false))
        {
            if (!await exists(job!).ConfigureAwait(false))
                await _thread.RunAsync(() => Remove(Path.Combine(_directory, job!))).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _thread.DisposeAsync();

    private static bool IsLarge(Outcome outcome, int maxInline = MaxInlineBytes) =>
        outcome.Result.Length > maxInline || outcome.Exec is { } exec && (exec.Stdout.Length > maxInline || exec.Stderr.Length > maxInline);

    private static bool Remove(string directory)
    {
        Directory.Delete(directory, recursive: true);
        return true;
    }

    private string PathOf(string jobId, string sha256) => Path.Combine(_directory, jobId, sha256);

    private ReadOnlyMemory<byte>? Read(KeptOutput? output) => output is null ? null : File.ReadAllBytes(PathOf(output.JobId, output.Sha256));

    private KeptOutput Write(string jobId, ReadOnlyMemory<byte> bytes)
    {
        var kept = new KeptOutput(jobId, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes.Span)));
        var path = PathOf(jobId, kept.Sha256);
        if (File.Exists(path))
            return kept;
        var directory = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(directory))
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            DirectorySync.Flush(_directory);
        }
        // Two threads may have the same bytes at once.
        var unfinished = $"{path}.{Environment.CurrentManagedThreadId}{Unfinished}";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
        try
        {
            using (var file = new FileStream(unfinished, options))
            {
                file.Write(bytes.Span);
                file.Flush(flushToDisk: true);
            }
            File.Move(unfinished, path, overwrite: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
        DirectorySync.Flush(directory);
        return kept;
    }
}
