using System.Text.Json;

namespace Orchestrator.Protocol.Commands;

/// <summary>Reads the payload of an error reply: <c>{"class": …, "desc": …}</c>. Unknown members are ignored.</summary>
internal static class ErrorReply
{
    private const int MaxTextLength = 4096;

    /// <summary>Never throws; an error that is itself malformed is a violation.</summary>
    public static CommandResult Decode(ReadOnlySpan<byte> payload)
    {
        var reader = new Utf8JsonReader(payload);
        string? errorClass = null, description = null;
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return Malformed("an object");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isClass = reader.ValueTextEquals("class"u8);
                var isDescription = reader.ValueTextEquals("desc"u8);
                reader.Read();
                if ((isClass || isDescription) && reader.TokenType != JsonTokenType.String)
                    return Malformed("strings class and desc");
                if (isClass)
                    errorClass = reader.GetString();
                else if (isDescription)
                    description = reader.GetString();
                reader.Skip();
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: GetString on text that is not valid Unicode.
            return Malformed("valid Unicode");
        }
        return errorClass is null || description is null
            ? Malformed("members class and desc")
            : new CommandResult.Refused(new CommandError(Cut(errorClass), Cut(description)));
    }

    private static string Cut(string text) => text.Length <= MaxTextLength ? text : text[..MaxTextLength];

    private static CommandResult.Violated Malformed(string expected) =>
        new(new ReplyViolation(ViolationKind.Malformed, "error", "expected " + expected));
}
