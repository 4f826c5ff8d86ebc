using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Orchestrator.Protocol.Agent.Composites;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Agent.Files;

/// <summary>
/// Brings a file of any size into a guest, in constant memory, and then looks whether the guest has what was sent: by its own <c>sha256sum</c>, which
/// costs no transfer; where it has none, and for what was appended, by reading back, which takes as long as the way there.
/// </summary>
/// <param name="path">Absolute path in the guest.</param>
/// <param name="append">Behind what the file has; else in its place.</param>
/// <param name="open">Where it comes from, asked for when the guest has opened its file, once per VM. Ends with an exception when the source is cut: the file is then not whole.</param>
public sealed class FilePush(string path, bool append, Func<PipeReader> open) : CompositeCommand
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Needs { get; } = ["guest-file-open", "guest-file-write", "guest-file-flush", "guest-file-read", "guest-file-close"];

    /// <inheritdoc/>
    public override async Task<CompositeResult> RunAsync(AgentTurns agent)
    {
        var (file, answer) = await GuestFile.OpenAsync(agent, path, append ? "ab" : "wb").ConfigureAwait(false);
        if (file is null)
            return new CompositeResult.Ended(answer);
        var source = open();
        try
        {
            using var sent = new Sent();
            var from = append ? await file.SeekAsync(0, fromEnd: true).ConfigureAwait(false) : 0;
            var failure = await WriteAsync(file, source, sent).ConfigureAwait(false) ?? Failure(await file.FlushAsync().ConfigureAwait(false));
            var closed = Failure(await file.CloseAsync().ConfigureAwait(false));
            if ((failure ?? closed) is { } failed)
                return failed with { Partial = $"{sent.Count} bytes were written to {path}" };
            return await VerifyAsync(agent, from, sent.Count, sent.Sha256()).ConfigureAwait(false);
        }
        finally
        {
            await source.CompleteAsync().ConfigureAwait(false);
        }
    }

    private async Task<CompositeResult?> WriteAsync(GuestFile file, PipeReader source, Sent sent)
    {
        try
        {
            while (true)
            {
                var read = await source.ReadAtLeastAsync(GuestFile.ChunkBytes).ConfigureAwait(false);
                var chunk = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, GuestFile.ChunkBytes)).ToArray();
                source.AdvanceTo(read.Buffer.GetPosition(chunk.Length));
                if (chunk.Length == 0)
                    return null;
                if (await file.WriteAsync(chunk).ConfigureAwait(false) is { } failure)
                    return new CompositeResult.Ended(failure);
                sent.Add(chunk);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            return new CompositeResult.Failed(CompositeFault.TransferAborted, $"what was sent for {path} ended before its end: {e.Message}");
        }
    }

    private async Task<CompositeResult> VerifyAsync(AgentTurns agent, long? from, long count, string sha256)
    {
        var partial = $"{count} bytes were written to {path}";
        var told = append ? null : await GuestChecksum.TellAsync(agent, path).ConfigureAwait(false);
        var (found, failure) = told is null && from is { } start
            ? await GuestChecksum.ReadBackAsync(agent, path, start).ConfigureAwait(false)
            : (told, null);
        if (failure is not null)
            return new CompositeResult.Ended(failure) { Partial = partial };
        if (found != sha256)
            return new CompositeResult.Failed(CompositeFault.ChecksumMismatch, $"{path}: what was sent has the SHA-256 {sha256}, what the guest has {found ?? "could not be read back"}") { Partial = partial };
        return new CompositeResult.Ended(GuestJson.Returned(writer =>
        {
            writer.WriteNumber("count"u8, count);
            writer.WriteString("sha256"u8, sha256);
            writer.WriteString("verified"u8, told is null ? "read-back"u8 : "sha256sum"u8);
        }));
    }

    private static CompositeResult? Failure(CommandResult answer) => answer is CommandResult.Returned ? null : new CompositeResult.Ended(answer);

    /// <summary>What the agent says that it has written.</summary>
    private sealed class Sent : IDisposable
    {
        private readonly IncrementalHash _sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public long Count { get; private set; }

        public void Add(ReadOnlySpan<byte> bytes)
        {
            _sum.AppendData(bytes);
            Count += bytes.Length;
        }

        public string Sha256() => Convert.ToHexStringLower(_sum.GetHashAndReset());

        public void Dispose() => _sum.Dispose();
    }
}
