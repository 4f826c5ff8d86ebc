using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Orchestrator.Host.Cli.Connection;

/// <summary>Reads one JSON value per line from an answer that is still being written.</summary>
internal static class NdjsonReader
{
    /// <summary>An outcome can carry two streams of 16 MiB, which base64 and escapes make longer.</summary>
    public const int MaxLineBytes = 128 << 20;

    /// <exception cref="CliException">The stream broke, ended within a line, or a line is too long or not JSON.</exception>
    public static async IAsyncEnumerable<JsonElement> ReadAsync(Stream stream, int maxLineBytes = MaxLineBytes, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 1 << 16));
        long scanned = 0;
        while (true)
        {
            var (read, buffer) = await ReadMoreAsync(reader, cancellation);
            while (buffer.Slice(scanned).PositionOf((byte)'\n') is { } end)
            {
                var line = buffer.Slice(0, end);
                if (!IsBlank(line))
                    yield return Parse(line);
                buffer = buffer.Slice(buffer.GetPosition(1, end));
                scanned = 0;
            }
            scanned = buffer.Length;
            if (scanned > maxLineBytes)
                throw new CliException(ExitCodes.Error, $"the server sent a line of more than {maxLineBytes} bytes; ask for fewer targets or less output");
            if (read.IsCompleted)
            {
                if (scanned > 0)
                    throw new CliException(ExitCodes.Error, "the server's stream ended in the middle of a line: the connection was lost") { MayPass = true };
                yield break;
            }
            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private static async ValueTask<(ReadResult Read, ReadOnlySequence<byte> Buffer)> ReadMoreAsync(PipeReader reader, CancellationToken cancellation)
    {
        try
        {
            var read = await reader.ReadAsync(cancellation);
            return (read, read.Buffer);
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            throw new CliException(ExitCodes.Error, $"the server's stream broke: {error.Message}") { MayPass = true };
        }
    }

    private static bool IsBlank(ReadOnlySequence<byte> line) => line.IsEmpty || (line.Length == 1 && line.FirstSpan[0] == '\r');

    private static JsonElement Parse(ReadOnlySequence<byte> line)
    {
        try
        {
            return JsonElement.Parse(line.IsSingleSegment ? line.FirstSpan : line.ToArray());
        }
        catch (JsonException error)
        {
            throw new CliException(ExitCodes.Error, $"the server sent a line that is not JSON: {error.Message}");
        }
    }
}
