using System.Text.Json;
using Orchestrator.Protocol.Agent.Composites;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Agent.Files;

/// <summary>A file that is open in the guest. Whoever opened it closes it with <see cref="CloseAsync"/>, whatever happened in between.</summary>
public sealed class GuestFile
{
    /// <summary>
    /// Bytes of one step, before base64: small enough that a command that waits behind it hardly notices. The answer fits into QEMU's socket, in messages of 2 KB
    /// as the agent writes them: one that has to wait for its reader may break the guest's port when the guest is migrated just then (docs/MIGRATION.md).
    /// </summary>
    public const int ChunkBytes = 64 * 1024;

    // Short, as it may come after the deadline: what is not closed by then is closed later.
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(1);

    /// <summary>How often one step is repeated because the guest was migrated under it.</summary>
    private const int MaxMigrations = 3;

    private readonly AgentTurns _agent;
    private readonly long _handle;

    /// <summary>Where the next byte is read or written; <see langword="null"/> where that is not known.</summary>
    private long? _position;

    private GuestFile(AgentTurns agent, long handle, long? position) => (_agent, _handle, _position) = (agent, handle, position);

    /// <summary>Opens it.</summary>
    /// <param name="agent">The VM's agent.</param>
    /// <param name="path">Absolute path in the guest.</param>
    /// <param name="mode">As of fopen(): <c>rb</c>, <c>wb</c>, <c>ab</c>.</param>
    /// <returns>The file, or the answer that is no success.</returns>
    public static async Task<(GuestFile? File, CommandResult Answer)> OpenAsync(AgentTurns agent, string path, string mode)
    {
        ArgumentNullException.ThrowIfNull(agent);
        var open = GuestJson.Command("guest-file-open", writer =>
        {
            writer.WriteString("path"u8, path);
            writer.WriteString("mode"u8, mode);
        });
        // Nothing was read or written: to open it twice costs a handle at most.
        var answer = await RepeatAsync(() => agent.ExecuteAsync(open)).ConfigureAwait(false);
        long? position = mode.StartsWith('a') ? null : 0;
        return (answer is CommandResult.Returned handle ? new GuestFile(agent, JsonElement.Parse(handle.Value.Span).GetInt64(), position) : null, answer);
    }

    /// <summary>The command that closes a handle.</summary>
    public static EncodedCommand EncodeClose(long handle) => GuestJson.Command("guest-file-close", writer => writer.WriteNumber("handle"u8, handle));

    /// <summary>Reads on.</summary>
    /// <param name="count">At most so many bytes, at least 1.</param>
    public async Task<GuestFileChunk> ReadAsync(int count)
    {
        var answer = await ExecuteAtPlaceAsync("guest-file-read", writer => writer.WriteNumber("count"u8, count)).ConfigureAwait(false);
        if (answer is not CommandResult.Returned returned)
            return new GuestFileChunk(default, IsLast: true, answer);
        var chunk = GuestFileChunk.Decode(returned.Value, count);
        _position += chunk.Bytes.Length;
        return chunk;
    }

    /// <summary>Writes all of the bytes.</summary>
    /// <returns><see langword="null"/> when the agent says that it did; else the answer that does not.</returns>
    public async Task<CommandResult?> WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        var answer = await ExecuteAtPlaceAsync("guest-file-write", writer => writer.WriteBase64String("buf-b64"u8, bytes.Span)).ConfigureAwait(false);
        if (answer is not CommandResult.Returned returned)
            return answer;
        var count = JsonElement.Parse(returned.Value.Span).GetProperty("count"u8).GetInt64();
        _position += count;
        return count == bytes.Length ? null : GuestFileChunk.WrongCount($"{bytes.Length}, all that was sent", count);
    }

    /// <summary>Moves to a place and tells it.</summary>
    /// <param name="offset">In bytes.</param>
    /// <param name="fromEnd">Whether it counts from the end of the file, else from its start.</param>
    /// <returns>Bytes from the start; <see langword="null"/> where the file has no places (a pipe, a file of <c>/proc</c>) or the agent did not answer.</returns>
    public async Task<long?> SeekAsync(long offset, bool fromEnd)
    {
        var answer = await RepeatAsync(() => ExecuteAsync("guest-file-seek", writer =>
        {
            writer.WriteNumber("offset"u8, offset);
            // The number is understood by every agent, the name since QEMU 2.6.
            writer.WriteNumber("whence"u8, fromEnd ? 2 : 0);
        })).ConfigureAwait(false);
        _position = answer is CommandResult.Returned returned ? JsonElement.Parse(returned.Value.Span).GetProperty("position"u8).GetInt64() : null;
        return _position;
    }

    /// <summary>Hands what was written to the guest's kernel.</summary>
    public Task<CommandResult> FlushAsync() => RepeatAsync(() => ExecuteAsync("guest-file-flush", static _ => { }));

    /// <summary>Closes it, also past the deadline. When the agent does not answer, its channel remembers the handle and closes it later.</summary>
    public async Task<CommandResult> CloseAsync()
    {
        var close = EncodeClose(_handle);
        var answer = await _agent.Channel.ExecuteAsync(close, CloseTimeout).ConfigureAwait(false);
        // An agent that does not know the handle any more has closed it.
        if (IsMigrated(answer) && await _agent.Channel.ExecuteAsync(close, CloseTimeout).ConfigureAwait(false) is var again)
            answer = again is CommandResult.Refused ? EncodedCommand.EmptyReturn : again;
        if (answer is CommandResult.NoReply or CommandResult.Violated)
            _agent.Channel.CloseLater(close);
        return answer;
    }

    /// <summary>A step whose answer was lost because the guest was migrated goes along: the file is still open, and is moved back to where the step began.</summary>
    private async Task<CommandResult> ExecuteAtPlaceAsync(string name, Action<Utf8JsonWriter> members)
    {
        var place = _position;
        var answer = await ExecuteAsync(name, members).ConfigureAwait(false);
        for (var again = 0; again < MaxMigrations && IsMigrated(answer) && place is { } start; again++)
        {
            if (await SeekAsync(start, fromEnd: false).ConfigureAwait(false) != start)
                return answer;
            answer = await ExecuteAsync(name, members).ConfigureAwait(false);
        }
        return answer;
    }

    /// <summary>A step that may be done twice.</summary>
    private static async Task<CommandResult> RepeatAsync(Func<Task<CommandResult>> step)
    {
        var answer = await step().ConfigureAwait(false);
        for (var again = 0; again < MaxMigrations && IsMigrated(answer); again++)
            answer = await step().ConfigureAwait(false);
        return answer;
    }

    private static bool IsMigrated(CommandResult answer) => answer is CommandResult.NoReply { Cause: NoReplyCause.Migrated };

    private Task<CommandResult> ExecuteAsync(string name, Action<Utf8JsonWriter> members) => _agent.ExecuteAsync(GuestJson.Command(name, writer =>
    {
        writer.WriteNumber("handle"u8, _handle);
        members(writer);
    }));
}
