using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;

namespace Orchestrator.Bench.Fleet.Clients.Server;

/// <summary>Reads a job's NDJSON stream (docs/API.md, "Job stream") with as little work per outcome as checking it allows.</summary>
public static class JobStream
{
    private const int LongestLine = 1 << 20;

    /// <summary>Reads to the end of <paramref name="stream"/>, which must be just after the job's last line.</summary>
    /// <param name="stream">The answer's body.</param>
    /// <param name="elapsed">Gets the <c>elapsedMs</c> of every outcome, if there is one.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <exception cref="BenchException">The stream ends early, has a gap, or a line is not one of the documented ones.</exception>
    public static async Task<JobTally> ReadAsync(Stream stream, ICollection<double>? elapsed, CancellationToken cancel)
    {
        var tally = new JobTally(0, 0, null);
        var ended = false;
        var reader = PipeReader.Create(stream);
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(cancel);
                var rest = read.Buffer;
                while (TryTakeLine(ref rest, out var line))
                    tally = Add(tally, line, elapsed, ref ended);
                if (rest.Length > LongestLine)
                    throw new BenchException($"a line of the job stream is longer than {LongestLine} bytes");
                reader.AdvanceTo(rest.Start, rest.End);
                if (read.IsCompleted)
                    return ended && rest.IsEmpty ? tally : throw new BenchException($"the job stream was cut after {tally.Outcomes} outcomes");
            }
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    private static bool TryTakeLine(ref ReadOnlySequence<byte> rest, out ReadOnlySequence<byte> line)
    {
        var end = rest.PositionOf((byte)'\n');
        line = end is null ? default : rest.Slice(0, end.Value);
        if (end is not null)
            rest = rest.Slice(rest.GetPosition(1, end.Value));
        return end is not null;
    }

    private static JobTally Add(JobTally tally, ReadOnlySequence<byte> line, ICollection<double>? elapsed, ref bool ended)
    {
        var json = new Utf8JsonReader(line);
        if (!json.Read() || !json.Read() || json.TokenType != JsonTokenType.PropertyName)
            throw new BenchException($"the job stream has a line that is no object: {Text(line)}");
        if (json.ValueTextEquals("job"u8))
        {
            ended = !PhaseIs(json, "Running"u8);
            return tally;
        }
        if (!json.ValueTextEquals("outcome"u8))
            throw new BenchException($"the job stream has a line that is no outcome: {Text(line)}");
        if (elapsed is not null)
            elapsed.Add(TryFind(json, "elapsedMs"u8, out var own) ? own.GetDouble() : throw new BenchException($"an outcome has no elapsedMs: {Text(line)}"));
        if (PhaseIs(json, "Succeeded"u8))
            return tally with { Outcomes = tally.Outcomes + 1, Succeeded = tally.Succeeded + 1 };
        return tally with { Outcomes = tally.Outcomes + 1, FirstOther = tally.FirstOther ?? Text(line) };
    }

    private static bool PhaseIs(Utf8JsonReader json, ReadOnlySpan<byte> phase) =>
        TryFind(json, "phase"u8, out var value) && value.ValueTextEquals(phase);

    // Looks for a member of the object that is the value of the member just read.
    private static bool TryFind(Utf8JsonReader json, ReadOnlySpan<byte> member, out Utf8JsonReader value)
    {
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var found = json.ValueTextEquals(member);
            json.Read();
            value = json;
            if (found)
                return true;
            json.Skip();
        }
        value = default;
        return false;
    }

    private static string Text(ReadOnlySequence<byte> line) => Encoding.UTF8.GetString(line);
}
