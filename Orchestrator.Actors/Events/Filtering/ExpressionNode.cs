using System.Text;

namespace Orchestrator.Actors.Events.Filtering;

/// <summary>A part of an <see cref="EventExpression"/> that holds of an event or does not.</summary>
internal abstract class ExpressionNode
{
    /// <summary>How tightly it binds: what binds no tighter than its parent stands in parentheses.</summary>
    public virtual int Binding => int.MaxValue;

    public abstract bool Matches(FleetEvent happened);

    public abstract void Print(StringBuilder text);

    protected void PrintWithin(StringBuilder text, int binding)
    {
        if (Binding > binding)
        {
            Print(text);
            return;
        }
        text.Append('(');
        Print(text);
        text.Append(')');
    }

    protected static void PrintChild(ExpressionNode child, StringBuilder text, int binding) => child.PrintWithin(text, binding);
}

/// <summary>How conditions are joined, loosest first.</summary>
internal enum ExpressionJoin
{
    /// <summary>An odd number of them holds.</summary>
    Xor,

    /// <summary>At least one holds; those behind it are not looked at.</summary>
    Or,

    /// <summary>All hold; those behind one that does not are not looked at.</summary>
    And,
}

/// <summary>Several conditions, at least two, joined alike.</summary>
internal sealed class JoinNode(ExpressionJoin join, IReadOnlyList<ExpressionNode> parts) : ExpressionNode
{
    public override int Binding => (int)join;

    public override bool Matches(FleetEvent happened)
    {
        var odd = false;
        foreach (var part in parts)
        {
            var holds = part.Matches(happened);
            if (join != ExpressionJoin.Xor && holds == (join == ExpressionJoin.Or))
                return holds;
            odd ^= holds;
        }
        return join == ExpressionJoin.Xor ? odd : join == ExpressionJoin.And;
    }

    public override void Print(StringBuilder text)
    {
        for (var at = 0; at < parts.Count; at++)
        {
            if (at > 0)
                text.Append(' ').Append(join.ToString().ToUpperInvariant()).Append(' ');
            PrintChild(parts[at], text, Binding);
        }
    }
}

/// <summary>The opposite.</summary>
internal sealed class NotNode(ExpressionNode inner) : ExpressionNode
{
    public override int Binding => (int)ExpressionJoin.And + 1;

    public override bool Matches(FleetEvent happened) => !inner.Matches(happened);

    public override void Print(StringBuilder text)
    {
        text.Append("NOT ");
        PrintChild(inner, text, (int)ExpressionJoin.And);
    }
}

/// <summary>Whether the event has something at all.</summary>
internal sealed class ExistsNode(ExpressionOperand path) : ExpressionNode
{
    public override bool Matches(FleetEvent happened) => path.Read(happened).Kind != ExpressionKind.Missing;

    public override void Print(StringBuilder text) => path.Print(text.Append("EXISTS "));
}

/// <summary>A value that is itself true or not.</summary>
internal sealed class TruthNode(ExpressionOperand operand) : ExpressionNode
{
    public override bool Matches(FleetEvent happened) => operand.Read(happened).IsTrue;

    public override void Print(StringBuilder text) => operand.Print(text);
}

/// <summary>Two values compared.</summary>
internal sealed class ComparisonNode(ExpressionOperand left, string comparison, ExpressionOperand right) : ExpressionNode
{
    public override bool Matches(FleetEvent happened)
    {
        var (first, second) = (left.Read(happened), right.Read(happened));
        if (first.Kind == ExpressionKind.Missing || second.Kind == ExpressionKind.Missing)
            return false;
        var order = first.OrderTo(second);
        return comparison switch
        {
            "=" => order == 0,
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            ">=" => order >= 0,
            _ => order != 0,
        };
    }

    public override void Print(StringBuilder text)
    {
        left.Print(text);
        right.Print(text.Append(' ').Append(comparison).Append(' '));
    }
}

/// <summary>A value's text held against a pattern.</summary>
internal sealed class LikeNode(ExpressionOperand operand, LikePattern pattern, bool isNegated) : ExpressionNode
{
    public override bool Matches(FleetEvent happened) => operand.Read(happened).AsText() is { } text && pattern.Matches(text) != isNegated;

    public override void Print(StringBuilder text)
    {
        operand.Print(text);
        ExpressionValue.Of(pattern.Text).Print(text.Append(isNegated ? " NOT LIKE " : " LIKE "));
    }
}

/// <summary>A value that is one of several.</summary>
internal sealed class InNode(ExpressionOperand operand, IReadOnlyList<ExpressionOperand> set, bool isNegated) : ExpressionNode
{
    public override bool Matches(FleetEvent happened)
    {
        var value = operand.Read(happened);
        if (value.Kind == ExpressionKind.Missing)
            return false;
        foreach (var one in set)
        {
            if (value.OrderTo(one.Read(happened)) == 0)
                return !isNegated;
        }
        return isNegated;
    }

    public override void Print(StringBuilder text)
    {
        operand.Print(text);
        text.Append(isNegated ? " NOT IN (" : " IN (");
        for (var at = 0; at < set.Count; at++)
            set[at].Print(at > 0 ? text.Append(", ") : text);
        text.Append(')');
    }
}
