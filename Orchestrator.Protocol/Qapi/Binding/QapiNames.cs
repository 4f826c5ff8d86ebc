using System.Buffers;

namespace Orchestrator.Protocol.Qapi.Binding;

/// <summary>
/// The rule for names: letters, digits, <c>-</c> and <c>_</c>, a letter first. Enum values may start with a digit;
/// a vendor's own names have <c>__DOMAIN_</c> in front, as in <c>__com.example_drive</c>.
/// </summary>
internal static class QapiNames
{
    public const string Rule = "a name of letters, digits, '-' and '_' that starts with a letter";

    private const string Plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
    private static readonly SearchValues<char> InDomain = SearchValues.Create(Plain + ".");
    private static readonly SearchValues<char> InName = SearchValues.Create(Plain + "_");

    public static bool IsValid(string name, bool mayStartWithDigit = false)
    {
        var own = name.AsSpan(VendorPrefixLength(name));
        return own.Length > 0
            && (char.IsAsciiLetter(own[0]) || mayStartWithDigit && char.IsAsciiDigit(own[0]))
            && !own.ContainsAnyExcept(InName);
    }

    private static int VendorPrefixLength(string name)
    {
        var end = name.StartsWith("__", StringComparison.Ordinal) ? name.IndexOf('_', 2) : -1;
        return end > 2 && !name.AsSpan(2, end - 2).ContainsAnyExcept(InDomain) ? end + 1 : 0;
    }
}
