using System.Text.Json;

namespace Orchestrator.Host.Emulation.Agent;

/// <summary><c>guest-file-*</c>, in the real agent's words.</summary>
internal static class FileCommands
{
    private const int DefaultCount = 4096;
    private const long MostRead = 48 << 20;
    private static readonly HashSet<string> Modes = ["r", "rb", "w", "wb", "a", "ab", "r+", "rb+", "r+b", "w+", "wb+", "w+b", "a+", "ab+", "a+b"];

    /// <summary>Executes one, whose arguments fit the schema.</summary>
    public static Answer Execute(EmulatedAgent guest, string command, JsonElement arguments)
    {
        if (command == "guest-file-open")
            return Open(guest.Files, arguments);
        var handle = arguments.GetProperty("handle"u8).GetInt64();
        if (guest.Files.Of(handle) is not { } file)
            return Answer.Failure($"handle '{handle}' has not been found");
        return command switch
        {
            "guest-file-read" => Read(guest.Files, file, Count(arguments)),
            "guest-file-write" => Write(guest.Files, file, arguments),
            "guest-file-seek" => Seek(guest.Files, file, arguments),
            "guest-file-close" => Close(guest.Files, handle),
            _ => Answer.Empty,
        };
    }

    private static Answer Open(GuestFiles files, JsonElement arguments)
    {
        var path = arguments.GetProperty("path"u8).GetString()!;
        var mode = arguments.TryGetProperty("mode"u8, out var given) ? given.GetString()! : "r";
        if (!Modes.Contains(mode))
            return Answer.Failure($"invalid file open mode '{mode}'");
        return files.Open(path, mode) is { } handle ? Answer.Of($"{handle}") : Answer.Failure($"failed to open file '{path}' (mode: '{mode}'): No such file or directory");
    }

    private static Answer Close(GuestFiles files, long handle)
    {
        files.Close(handle);
        return Answer.Empty;
    }

    private static Answer Read(GuestFiles files, GuestFiles.OpenFile file, long? count)
    {
        if (count is < 0 or > MostRead)
            return WrongCount(count.Value);
        if (!file.Reads)
            return Answer.Failure("failed to read file: Bad file descriptor");
        var most = (int)(count ?? DefaultCount);
        var read = files.Read(file, most);
        return Answer.Of($$"""{"count": {{read.Length}}, "buf-b64": "{{Convert.ToBase64String(read)}}", "eof": {{(read.Length < most ? "true" : "false")}}}""");
    }

    private static Answer Write(GuestFiles files, GuestFiles.OpenFile file, JsonElement arguments)
    {
        var bytes = arguments.GetProperty("buf-b64"u8).GetBytesFromBase64();
        var count = Count(arguments) ?? bytes.Length;
        if (count < 0 || count > bytes.Length)
            return WrongCount(count);
        if (!file.Writes)
            return Answer.Failure("failed to write to file: Bad file descriptor");
        return files.TryWrite(file, bytes.AsSpan(0, (int)count))
            ? Answer.Of($$"""{"count": {{count}}, "eof": false}""")
            : Answer.Failure($"failed to write to file: No space left on device (an emulated guest keeps {GuestFiles.MostBytes} bytes)");
    }

    private static Answer Seek(GuestFiles files, GuestFiles.OpenFile file, JsonElement arguments)
    {
        var whence = arguments.GetProperty("whence"u8);
        var from = whence.ValueKind == JsonValueKind.Number ? whence.GetRawText() : whence.GetString();
        long? origin = from switch
        {
            "set" or "0" => 0,
            "cur" or "1" => file.Position,
            "end" or "2" => files.LengthOf(file),
            _ => null,
        };
        if (origin is not { } start)
            return Answer.Failure($"invalid whence code {from}");
        var offset = arguments.GetProperty("offset"u8).GetInt64();
        if (offset < -start || offset > int.MaxValue - start)
            return Answer.Failure("failed to seek file: Invalid argument");
        file.Position = start + offset;
        return Answer.Of($$"""{"eof": false, "position": {{file.Position}}}""");
    }

    private static long? Count(JsonElement arguments) => arguments.TryGetProperty("count"u8, out var count) ? count.GetInt64() : null;

    private static Answer WrongCount(long count) => Answer.Failure($"value '{count}' is invalid for argument count");
}
