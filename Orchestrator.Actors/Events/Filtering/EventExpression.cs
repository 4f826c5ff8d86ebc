using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Orchestrator.Actors.Events.Filtering;

/// <summary>
/// Which events somebody wants, by their attributes and their data: a part of CESQL (CloudEvents SQL 1.0), such as
/// <c>type LIKE '%.STOP' AND data.reason IN ('io-error', 'watchdog')</c>. Read once; matching never throws and is safe on any thread.
/// </summary>
/// <remarks>
/// <code>
/// any       = or { "XOR" or }
/// or        = and { "OR" and }
/// and       = unary { "AND" unary }
/// unary     = "NOT" unary | "(" any ")" | "EXISTS" path | condition
/// condition = operand ("=" | "!=" | "&lt;&gt;" | "&lt;" | "&lt;=" | ">" | ">=") operand
///           | operand ["NOT"] "LIKE" text               % any characters, _ one, \% and \_ themselves
///           | operand ["NOT"] "IN" "(" literal { "," literal } ")"
///           | "TRUE" | "FALSE" | data path               a path alone: its value is true
/// operand   = literal | path
/// literal   = 'text' | "text" | number | "TRUE" | "FALSE"
/// path      = attribute | "data" { "." name | "[" index "]" | "[" text "]" }
/// </code>
/// Keywords ignore case. What a path does not find makes its condition false, whichever the operator; <c>EXISTS</c> tells. Values of different kinds are
/// compared as what the one that is no text is; what cannot be compared is unequal.
/// </remarks>
public sealed class EventExpression
{
    /// <summary>Longest text that is read, in UTF-16 code units.</summary>
    public const int MaxLength = 4_096;

    /// <summary>Deepest nesting: parentheses and negations together.</summary>
    public const int MaxDepth = 32;

    private readonly ExpressionNode _root;

    internal EventExpression(ExpressionNode root) => _root = root;

    /// <summary>Reads an expression; else <paramref name="error"/> tells where it is none, and what was expected.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out EventExpression? expression, [NotNullWhen(false)] out ExpressionError? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        expression = new ExpressionParser(text).TryParse(out var root, out error) ? new EventExpression(root) : null;
        return expression is not null;
    }

    /// <summary>Whether it holds of an event.</summary>
    public bool Matches(FleetEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        return _root.Matches(happened);
    }

    /// <summary>As it is read again: keywords in capitals, parentheses where they are needed.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        _root.Print(text);
        return text.ToString();
    }
}
