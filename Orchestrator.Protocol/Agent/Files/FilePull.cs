using System.IO.Pipelines;
using System.Security.Cryptography;
using Orchestrator.Protocol.Agent.Composites;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Agent.Files;

/// <summary>
/// Brings a file of any size out of a guest, in constant memory. What it is checked against, it is checked against before the last byte is passed on:
/// a reader that has the whole file has the right one. A file with a size is read to the size it had at the start, so that a log may grow meanwhile.
/// </summary>
/// <param name="path">Absolute path in the guest.</param>
/// <param name="output">Where it goes; its reader sets the pace. Completed at the end, with an exception when the file is not whole.</param>
public sealed class FilePull(string path, PipeWriter output) : CompositeCommand
{
    private readonly TaskCompletionSource<FileHead> _head = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends before the first byte is passed on; never when the transfer fails before that.</summary>
    public Task<FileHead> Head => _head.Task;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Needs { get; } = ["guest-file-open", "guest-file-read", "guest-file-close"];

    /// <inheritdoc/>
    public override async Task<CompositeResult> RunAsync(AgentTurns agent)
    {
        var result = await OpenAndReadAsync(agent).ConfigureAwait(false);
        var isWhole = result is CompositeResult.Ended { Result: CommandResult.Returned };
        await output.CompleteAsync(isWhole ? null : new IOException($"{path} did not come whole")).ConfigureAwait(false);
        return result;
    }

    private async Task<CompositeResult> OpenAndReadAsync(AgentTurns agent)
    {
        var (file, answer) = await GuestFile.OpenAsync(agent, path, "rb").ConfigureAwait(false);
        if (file is null)
            return new CompositeResult.Ended(answer);
        try
        {
            return await ReadAsync(agent, file).ConfigureAwait(false);
        }
        finally
        {
            await file.CloseAsync().ConfigureAwait(false);
        }
    }

    private async Task<CompositeResult> ReadAsync(AgentTurns agent, GuestFile file)
    {
        var chunk = await file.ReadAsync(GuestFile.ChunkBytes).ConfigureAwait(false);
        if (chunk.Failure is not null)
            return new CompositeResult.Ended(chunk.Failure);
        var head = await HeadOfAsync(agent, file, chunk).ConfigureAwait(false);
        _head.SetResult(head);
        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long count = 0; ;)
        {
            var bytes = head.Size - count < chunk.Bytes.Length ? chunk.Bytes[..(int)(head.Size!.Value - count)] : chunk.Bytes;
            count += bytes.Length;
            sum.AppendData(bytes.Span);
            var isLast = chunk.IsLast || count == head.Size;
            if (isLast && count < head.Size)
                return new CompositeResult.Failed(CompositeFault.FileChanged, $"{path} had {head.Size} bytes at the start and ended after {count}");
            var sha256 = isLast ? Convert.ToHexStringLower(sum.GetHashAndReset()) : null;
            if (isLast && head.Sha256 is not null && head.Sha256 != sha256)
                return new CompositeResult.Failed(CompositeFault.FileChanged, $"{path} was changed while it was read: the guest's SHA-256 was {head.Sha256}, what was read has {sha256}");
            if (!await PassOnAsync(bytes).ConfigureAwait(false))
                return new CompositeResult.Failed(CompositeFault.TransferAborted, $"the reader of {path} left after {count} bytes");
            if (isLast)
                return new CompositeResult.Ended(Answer(count, sha256!));
            chunk = await file.ReadAsync(GuestFile.ChunkBytes).ConfigureAwait(false);
            if (chunk.Failure is not null)
                return new CompositeResult.Ended(chunk.Failure);
        }
    }

    /// <summary>A file that fits into one step is known already. Of a longer one the guest tells the size, and its checksum if it can.</summary>
    private async Task<FileHead> HeadOfAsync(AgentTurns agent, GuestFile file, GuestFileChunk first)
    {
        if (first.IsLast)
            return new FileHead(first.Bytes.Length, null);
        var size = await file.SeekAsync(0, fromEnd: true).ConfigureAwait(false);
        if (size is null or 0 || await file.SeekAsync(first.Bytes.Length, fromEnd: false).ConfigureAwait(false) != first.Bytes.Length)
            return new FileHead(null, null);
        return new FileHead(size, await GuestChecksum.TellAsync(agent, path).ConfigureAwait(false));
    }

    private async Task<bool> PassOnAsync(ReadOnlyMemory<byte> bytes) => !(await output.WriteAsync(bytes).ConfigureAwait(false)).IsCompleted;

    private static CommandResult.Returned Answer(long count, string sha256) => GuestJson.Returned(writer =>
    {
        writer.WriteNumber("count"u8, count);
        writer.WriteString("sha256"u8, sha256);
    });
}
