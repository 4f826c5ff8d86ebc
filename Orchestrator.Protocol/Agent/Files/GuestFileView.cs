using System.Buffers;
using Orchestrator.Protocol.Agent.Composites;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Agent.Files;

/// <summary>
/// The seed design's <c>guest-view-file</c>: a whole file in one answer, shaped as the agent's own reads are. A file of more than
/// <see cref="MaxBytes"/> is answered with its beginning and <c>eof</c> false.
/// </summary>
/// <param name="path">Absolute path in the guest.</param>
public sealed class GuestFileView(string path) : CompositeCommand
{
    /// <summary>Longest part of a file that is read.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Needs { get; } = ["guest-file-open", "guest-file-read", "guest-file-close"];

    /// <inheritdoc/>
    public override async Task<CompositeResult> RunAsync(AgentTurns agent)
    {
        var (contents, eof, failure) = await ReadAsync(agent, path, MaxBytes).ConfigureAwait(false);
        return new CompositeResult.Ended(failure ?? GuestJson.Returned(writer =>
        {
            writer.WriteNumber("count"u8, contents.Length);
            writer.WriteBase64String("buf-b64"u8, contents.Span);
            writer.WriteBoolean("eof"u8, eof);
        }));
    }

    /// <summary>Reads a file from its beginning into memory and closes it.</summary>
    /// <param name="agent">The VM's agent.</param>
    /// <param name="path">Absolute path in the guest.</param>
    /// <param name="limit">At most so many bytes.</param>
    /// <returns>The bytes, whether the file ends there, and the first answer that is no success.</returns>
    public static async Task<(ReadOnlyMemory<byte> Contents, bool Eof, CommandResult? Failure)> ReadAsync(AgentTurns agent, string path, int limit)
    {
        var (file, answer) = await GuestFile.OpenAsync(agent, path, "rb").ConfigureAwait(false);
        if (file is null)
            return (default, false, answer);
        try
        {
            var contents = new ArrayBufferWriter<byte>();
            while (true)
            {
                // At the limit, one byte more tells whether the file ends there.
                var chunk = await file.ReadAsync(Math.Clamp(limit - contents.WrittenCount, 1, GuestFile.ChunkBytes)).ConfigureAwait(false);
                if (chunk.Failure is not null)
                    return (default, false, chunk.Failure);
                if (chunk.Bytes.Length > limit - contents.WrittenCount)
                    return (contents.WrittenMemory, false, null);
                contents.Write(chunk.Bytes.Span);
                if (chunk.IsLast)
                    return (contents.WrittenMemory, true, null);
            }
        }
        finally
        {
            await file.CloseAsync().ConfigureAwait(false);
        }
    }
}
