using System.Buffers;
using System.Text.Json;

namespace Orchestrator.Protocol.Commands;

/// <summary>Reads the payload of an error reply: <c>{"class": …, "desc": …}</c>. Unknown members are ignored.</summary>
internal static class ErrorReply
{
    private const int MaxTextLength = 4096;

    /// <summary>Never throws; an error that is itself malformed is a violation.</summary>
    public static CommandResult Decode(in ReadOnlySequence<byte> payload)
    {
        var reader = payload.IsSingleSegment ? new Utf8JsonReader(payload.FirstSpan) : new Utf8JsonReader(payload);
        string? wrong;
        try
        {
            wrong = Read(ref reader, out var error);
            if (wrong is null)
                return new CommandResult.Refused(error!);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: GetString on text that is not valid Unicode.
            wrong = "expected valid JSON and Unicode";
        }
        return new CommandResult.Violated(new ReplyViolation(ViolationKind.Malformed, "error", wrong).At(payload, reader.TokenStartIndex));
    }

    /// <returns>What is wrong; null if nothing is.</returns>
    private static string? Read(ref Utf8JsonReader reader, out CommandError? error)
    {
        error = null;
        string? errorClass = null, description = null;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return "expected an object";
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isClass = reader.ValueTextEquals("class"u8);
            var isDescription = reader.ValueTextEquals("desc"u8);
            reader.Read();
            if ((isClass || isDescription) && reader.TokenType != JsonTokenType.String)
                return "expected strings class and desc";
            if ((isClass && errorClass is not null) || (isDescription && description is not null))
                return "expected each name once";
            if (isClass)
                errorClass = reader.GetString();
            else if (isDescription)
                description = reader.GetString();
            reader.Skip();
        }
        if (errorClass is null || description is null)
            return "expected members class and desc";
        error = new CommandError(GuestText.Cut(errorClass, MaxTextLength), GuestText.Cut(description, MaxTextLength));
        return null;
    }
}
