using System.Buffers;

namespace Orchestrator.Host.Cli.Targets;

/// <summary>Puts several selectors together in the selector language itself, so that the server has one to resolve and to record.</summary>
internal static class SelectorText
{
    // Anything else may be an operator or a blank: such a part keeps its meaning inside parentheses.
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.*?:=/@[]");

    /// <summary>Any of <paramref name="included"/> and none of <paramref name="excluded"/>.</summary>
    public static string Combine(IReadOnlyList<string> included, IReadOnlyList<string> excluded)
    {
        if (excluded.Count == 0)
            return included.Count == 1 ? included[0] : Any(included);
        return $"{Group(included)} and not {Group(excluded)}";
    }

    private static string Any(IEnumerable<string> selectors) => string.Join(" or ", selectors.Select(Quote));

    private static string Group(IReadOnlyList<string> selectors) => selectors.Count == 1 ? Quote(selectors[0]) : $"({Any(selectors)})";

    private static string Quote(string selector) => selector.AsSpan().ContainsAnyExcept(Plain) ? $"({selector})" : selector;
}
