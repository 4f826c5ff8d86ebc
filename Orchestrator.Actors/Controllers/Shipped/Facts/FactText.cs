using System.Globalization;
using System.Text;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Actors.Controllers.Shipped.Facts;

/// <summary>Texts of guests as facts: one line, harmless to show, of bounded length. Pure.</summary>
internal static class FactText
{
    /// <summary>Longest fact, in UTF-16 units.</summary>
    public const int MaxLength = 256;

    /// <summary>What a terminal would obey, or a reader of a list would take for a separator, becomes a question mark.</summary>
    public static string Clean(string text)
    {
        var cut = GuestText.Cut(text, MaxLength - 1);
        var clean = new StringBuilder(cut.Length);
        foreach (var character in cut.EnumerateRunes())
            clean.Append(HarmlessJsonEncoder.IsObeyed(character) || character.Value == ',' ? "?" : character.ToString());
        return clean.ToString();
    }

    /// <summary>Items with commas between them; what has no room is counted: <c>a,b,+3</c>. <see langword="null"/> for none.</summary>
    public static string? List(IReadOnlyList<string> items)
    {
        if (items.Count == 0)
            return null;
        var clean = items.Select(Clean).ToArray();
        var whole = string.Join(',', clean);
        if (whole.Length <= MaxLength)
            return whole;
        var (taken, length) = (0, 0);
        while (length + clean[taken].Length + 1 + Rest(clean.Length - taken - 1).Length <= MaxLength)
            length += clean[taken++].Length + 1;
        return taken == 0 ? Rest(clean.Length) : $"{string.Join(',', clean.Take(taken))},{Rest(clean.Length - taken)}";
    }

    private static string Rest(int count) => "+" + count.ToString(CultureInfo.InvariantCulture);
}
