namespace Orchestrator.Protocol.Commands;

/// <summary>Texts whose length a guest chooses.</summary>
public static class GuestText
{
    /// <summary>The text, or its beginning with an ellipsis where it is longer; never half a character.</summary>
    /// <param name="text">Valid Unicode.</param>
    /// <param name="maxLength">In UTF-16 units, the ellipsis left out.</param>
    public static string Cut(string text, int maxLength)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length <= maxLength)
            return text;
        return text[..(char.IsHighSurrogate(text[maxLength - 1]) ? maxLength - 1 : maxLength)] + "…";
    }
}
