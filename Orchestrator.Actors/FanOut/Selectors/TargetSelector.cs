using System.Diagnostics.CodeAnalysis;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.FanOut.Selectors;

/// <summary>
/// Which VMs a command is for, compiled from text such as <c>web[01-20] and l:tier=front and not s:Paused</c>.
/// Immutable and safe to use from any thread; matching allocates nothing.
/// </summary>
/// <remarks>
/// <code>
/// any    = all { ("or" | "|" | ",") all }
/// all    = unary { ("and" | "&amp;") unary }
/// unary  = ("not" | "!") unary | "(" any ")" | term
/// term   = pattern                          name on its VmHost: literals, * ? and [01-20,30]
///        | uuid                             identity
///        | quoted                           exactly this name; the quote inside is doubled
///        | "l:" key [("=" | "!=") pattern]  label
///        | "f:" key [("=" | "!=") pattern]  fact
///        | "h:" pattern                     VmHost
///        | "s:" VmState | "s:" ("state" | "agent") ("=" | "!=") name
/// </code>
/// Whitespace may stand between any two tokens and is never needed around symbols. Keywords, prefixes and state
/// names ignore case; names, keys and values do not. <c>k!=v</c> also matches a VM without <c>k</c>.
/// A range matches numbers as they are written: <c>[01-20]</c> has <c>07</c> and not <c>7</c>.
/// </remarks>
public sealed class TargetSelector
{
    /// <summary>Longest selector accepted, in UTF-16 code units.</summary>
    public const int MaxLength = 1 << 20;

    /// <summary>Deepest nesting accepted: parentheses and negations together.</summary>
    public const int MaxDepth = 64;

    /// <summary>Longest number in a range, padding included, in digits.</summary>
    public const int MaxRangeDigits = 18;

    /// <summary>Largest number in a range.</summary>
    public const long MaxRangeValue = 1_000_000_000;

    private readonly SelectorNode _root;

    private TargetSelector(string text, SelectorNode root)
    {
        Text = text;
        _root = root;
    }

    /// <summary>The selector as it was written.</summary>
    public string Text { get; }

    /// <summary>Compiles <paramref name="text"/>; on failure <paramref name="error"/> tells where and what was expected.</summary>
    public static bool TryParse(
        string text,
        [NotNullWhen(true)] out TargetSelector? selector,
        [NotNullWhen(false)] out SelectorError? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        selector = new SelectorParser(text).TryParse(out var root, out error) ? new TargetSelector(text, root) : null;
        return selector is not null;
    }

    /// <summary>Whether <paramref name="vm"/> is one of the targets, judged by this snapshot alone.</summary>
    public bool Matches(VmSnapshot vm)
    {
        ArgumentNullException.ThrowIfNull(vm);
        return _root.Matches(vm);
    }

    /// <summary>The names that are written in it, with their ranges expanded.</summary>
    /// <param name="most">How many at most: a range can have a thousand million.</param>
    public SelectorNames NamesWritten(int most)
    {
        var names = new SelectorNames(most);
        _root.Collect(names);
        return names;
    }

    /// <summary>Where to look for the VMs that match, which are to be matched all the same; <see langword="null"/> if they may be any.</summary>
    internal SelectorPins? Pins()
    {
        var pins = new SelectorPins();
        return _root.Pin(pins) ? pins : null;
    }

    /// <summary>The term that selects exactly <paramref name="name"/>: the name itself, or quoted where it would mean something else.</summary>
    public static string Quote(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return SelectorSyntax.IsPlainName(name) ? name : $"'{name.Replace("'", "''", StringComparison.Ordinal)}'";
    }

    /// <inheritdoc cref="Text"/>
    public override string ToString() => Text;
}
