using System.Buffers;
using System.Text.Json;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.Qmp;

/// <summary>An asynchronous event of QEMU's (QMP specification, section 2.5).</summary>
/// <param name="Name">Name, e.g. <c>STOP</c>.</param>
/// <param name="Data">The value of <c>data</c>, re-marshalled; empty when the event has none.</param>
/// <param name="Timestamp">QEMU's clock; <see langword="null"/> where that failed (QEMU sends -1).</param>
public sealed record QmpEvent(string Name, ReadOnlyMemory<byte> Data, DateTimeOffset? Timestamp)
{
    private const long MaxSeconds = 253_402_300_799;

    /// <summary>Reads a whole event message; <see langword="null"/> if it is not a well-formed one.</summary>
    internal static QmpEvent? Parse(ReadOnlySpan<byte> message)
    {
        var reader = new Utf8JsonReader(message);
        string? name = null;
        ReadOnlyMemory<byte> data = default;
        DateTimeOffset? timestamp = null;
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isName = reader.ValueTextEquals("event"u8);
                var isData = reader.ValueTextEquals("data"u8);
                var isTime = reader.ValueTextEquals("timestamp"u8);
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                if (isName)
                    name = reader.GetString();
                if (isTime && reader.TokenType == JsonTokenType.StartObject)
                    timestamp = ReadTimestamp(ref reader);
                else
                    reader.Skip();
                if (isData && !TryNormalize(message[start..(int)reader.BytesConsumed], out data))
                    return null;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
        return name is null ? null : new QmpEvent(name, data, timestamp);
    }

    /// <summary>Value of a member of <see cref="Data"/> as text; <see langword="null"/> if there is none.</summary>
    public string? Text(string member) => Member(member, JsonValueKind.String)?.GetString();

    /// <summary>Value of a member of <see cref="Data"/> as a truth value; <see langword="null"/> if there is none.</summary>
    public bool? Flag(string member) => Member(member, JsonValueKind.True)?.GetBoolean() ?? Member(member, JsonValueKind.False)?.GetBoolean();

    private JsonElement? Member(string name, JsonValueKind kind)
    {
        if (Data.IsEmpty)
            return null;
        using var document = JsonDocument.Parse(Data);
        return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(name, out var value) && value.ValueKind == kind
            ? value.Clone()
            : null;
    }

    private static bool TryNormalize(ReadOnlySpan<byte> value, out ReadOnlyMemory<byte> data)
    {
        var output = new ArrayBufferWriter<byte>(value.Length);
        var accepted = QapiReply.TryNormalize(value, output, QapiLimits.Qemu, out _);
        data = output.WrittenMemory;
        return accepted;
    }

    private static DateTimeOffset? ReadTimestamp(ref Utf8JsonReader reader)
    {
        long seconds = -1, microseconds = -1;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isSeconds = reader.ValueTextEquals("seconds"u8);
            var isMicroseconds = reader.ValueTextEquals("microseconds"u8);
            reader.Read();
            if (isSeconds && !reader.TryGetInt64(out seconds))
                seconds = -1;
            if (isMicroseconds && !reader.TryGetInt64(out microseconds))
                microseconds = -1;
            reader.Skip();
        }
        return seconds is < 0 or > MaxSeconds || microseconds is < 0 or > 999_999
            ? null
            : DateTimeOffset.FromUnixTimeSeconds(seconds).AddMicroseconds(microseconds);
    }
}
