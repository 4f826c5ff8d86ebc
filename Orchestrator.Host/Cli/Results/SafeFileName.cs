using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Host.Cli.Results;

/// <summary>
/// A VM's name as the name of a file: what could lead elsewhere, be taken for an option or for one of the other files, or hide, is written as <c>%2F</c> and the like. Different names stay
/// different.
/// </summary>
internal static class SafeFileName
{
    /// <summary>A name ends with none of these: they are the endings of a VM's other files.</summary>
    public static readonly IReadOnlyList<string> Endings = [".err", ".truncated", ".part"];

    /// <summary>No name begins with it: these are the lists.</summary>
    public const string ListPrefix = "hosts.";

    // With an ending and that of a file in the making it stays below the 255 bytes of a file's name.
    private const int Longest = 180;

    public static string Of(string name)
    {
        if (name.Length == 0)
            return "%";
        var escaped = new StringBuilder();
        foreach (var value in Encoding.UTF8.GetBytes(name))
        {
            var character = (char)value;
            if (char.IsAsciiLetterOrDigit(character) || character is '_' or '+' or '@' or ':' or '=' || (character is '.' or '-' && escaped.Length > 0))
                escaped.Append(character);
            else
                escaped.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
        }
        if (escaped.ToString().StartsWith(ListPrefix, StringComparison.Ordinal))
            EscapeDot(escaped, ListPrefix.Length - 1);
        if (Endings.FirstOrDefault(ending => escaped.ToString().EndsWith(ending, StringComparison.Ordinal)) is { } taken)
            EscapeDot(escaped, escaped.Length - taken.Length);
        if (escaped.Length <= Longest)
            return escaped.ToString();
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(name)), 0, 16);
        return $"{escaped.ToString(0, Longest)}~{hash}";
    }

    private static void EscapeDot(StringBuilder text, int at) => text.Remove(at, 1).Insert(at, "%2E");
}
