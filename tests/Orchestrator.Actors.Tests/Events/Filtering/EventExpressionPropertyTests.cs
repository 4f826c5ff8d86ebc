using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using CsCheck;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Filtering;
using static Orchestrator.Actors.Tests.Events.Filtering.FilterSample;

namespace Orchestrator.Actors.Tests.Events.Filtering;

/// <summary>Expressions against an evaluator that is as simple as can be, and against their own print.</summary>
public sealed class EventExpressionPropertyTests
{
    private static readonly Gen<string> Texts = Gen.OneOf(Gen.OneOf("virtio0", "true", "17", "deep", "it's", @"a\b", "", "%"), Gen.String[Gen.Char["ab'\\%_\" "], 0, 4]);

    private static readonly Gen<Naive> Operands = Gen.OneOf<Naive>(
        Gen.OneOf("type", "subject", "provenance").Select(Naive (name) => new Naive.Attribute(name)),
        Gen.OneOf<string[]>(["device"], ["write"], ["size"], ["none"], ["absent"], ["list", "#0"], ["list", "#9"], ["nested", "a", "b"], ["__com.x_y"], ["number"], ["it's"]).Select(Naive (path) => new Naive.Data(path)),
        Texts.Select(Naive (text) => new Naive.Literal(text)),
        Gen.OneOf(-1m, 0m, 17m, 0.5m, 4096m).Select(Naive (number) => new Naive.Literal(number)),
        Gen.Bool.Select(Naive (value) => new Naive.Literal(value)));

    private static readonly Gen<Naive> Conditions = Gen.OneOf<Naive>(
        Gen.Select(Operands, Gen.OneOf("=", "!=", "<", "<=", ">", ">="), Operands, Naive (left, comparison, right) => new Naive.Compare(left, comparison, right)),
        Gen.Select(Operands, Texts, Gen.Bool, Naive (operand, pattern, isNegated) => new Naive.Like(operand, pattern, isNegated)),
        Gen.Select(Operands, Operands.Where(operand => operand is Naive.Literal).Array[1, 3], Gen.Bool, Naive (operand, set, isNegated) => new Naive.In(operand, set, isNegated)),
        Operands.Where(operand => operand is not Naive.Literal).Select(Naive (path) => new Naive.Exists(path)),
        Gen.Bool.Select(Naive (value) => new Naive.Literal(value)));

    [Fact]
    public void Expression_agrees_with_the_naive_evaluator() => Trees(4).Sample(tree =>
    {
        var text = tree.Print();
        Assert.True(tree.Holds(Event()) == Matches(text), text);
    }, iter: 20_000);

    [Fact]
    public void Printed_expression_is_read_as_the_same() => Trees(4).Sample(tree =>
    {
        var expression = Parse(tree.Print());
        var again = Parse(expression.ToString());
        Assert.Equal(expression.ToString(), again.ToString());
        Assert.Equal(expression.Matches(Event()), again.Matches(Event()));
    }, iter: 20_000);

    [Fact]
    public void Any_text_is_an_expression_or_an_error_with_a_position() =>
        Gen.OneOf("type", "data", ".", "[", "]", "0", "(", ")", "'a'", "'", "\"", "\\", "=", "<", ">", "!", "AND", "NOT", "LIKE", "IN", "EXISTS", "TRUE", ",", "-", "1.", "time", " ", "\u0000", "é").Array[0, 12].Sample(tokens =>
        {
            var text = string.Join(' ', tokens);
            if (!EventExpression.TryParse(text, out var expression, out var error))
                Assert.InRange(error.Position, 0, text.Length);
            else
                expression.Matches(Event());
        }, iter: 50_000);

    private static Gen<Naive> Trees(int depth) => depth == 0 ? Conditions : Gen.OneOf<Naive>(
        Conditions,
        Gen.Select(Gen.OneOf("AND", "OR", "XOR"), Trees(depth - 1), Trees(depth - 1), Naive (join, left, right) => new Naive.Join(join, left, right)),
        Trees(depth - 1).Select(Naive (inner) => new Naive.Not(inner)));

    /// <summary>Prints itself with every parenthesis, and knows what holds by looking at everything.</summary>
    private abstract record Naive
    {
        public abstract string Print();

        public virtual bool Holds(FleetEvent happened) => false;

        /// <summary>A string, a decimal, a bool, <see cref="DBNull"/> for what compares with nothing; null if it is missing.</summary>
        public virtual object? Value(FleetEvent happened) => null;

        private static int? Order(object left, object right) => (left, right) switch
        {
            (string a, string b) => string.CompareOrdinal(a, b),
            (decimal a, decimal b) => a.CompareTo(b),
            (bool a, bool b) => a == b ? 0 : null,
            (string a, decimal b) => Number(a)?.CompareTo(b),
            (decimal a, string b) => Number(b) is { } number ? a.CompareTo(number) : null,
            (string a, bool b) => a.Equals(b.ToString(), StringComparison.OrdinalIgnoreCase) ? 0 : null,
            (bool, string) => Order(right, left),
            _ => null,
        };

        private static decimal? Number(string text) => decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

        private static string Quote(string text) => $"'{text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";

        public sealed record Literal(object Is) : Naive
        {
            public override string Print() => Is is string text ? Quote(text) : string.Create(CultureInfo.InvariantCulture, $"{Is}");

            public override object? Value(FleetEvent happened) => Is;

            public override bool Holds(FleetEvent happened) => Is is true;
        }

        public sealed record Attribute(string Name) : Naive
        {
            public override string Print() => Name;

            public override object? Value(FleetEvent happened) => Name switch { "type" => happened.Type, "subject" => happened.VmName, _ => "host" };
        }

        public sealed record Data(string[] Path) : Naive
        {
            public override string Print() => "data" + string.Concat(Path.Select(step => step[0] == '#' ? $"[{step[1..]}]" : $"[{Quote(step)}]"));

            public override object? Value(FleetEvent happened)
            {
                var at = JsonElement.Parse(happened.Data.Span);
                foreach (var step in Path)
                {
                    if (step[0] == '#' && at.ValueKind == JsonValueKind.Array && int.Parse(step[1..], CultureInfo.InvariantCulture) is var index && index < at.GetArrayLength())
                        at = at[index];
                    else if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(step, out at))
                        return null;
                }
                return at.ValueKind switch { JsonValueKind.String => at.GetString(), JsonValueKind.Number => at.GetDecimal(), JsonValueKind.True => true, JsonValueKind.False => false, _ => DBNull.Value };
            }
        }

        public sealed record Compare(Naive Left, string Comparison, Naive Right) : Naive
        {
            public override string Print() => $"({Left.Print()} {Comparison} {Right.Print()})";

            public override bool Holds(FleetEvent happened)
            {
                if (Left.Value(happened) is not { } left || Right.Value(happened) is not { } right)
                    return false;
                var order = Order(left, right);
                return Comparison switch { "=" => order == 0, "!=" => order != 0, "<" => order < 0, "<=" => order <= 0, ">" => order > 0, _ => order >= 0 };
            }
        }

        public sealed record Like(Naive Operand, string Pattern, bool IsNegated) : Naive
        {
            public override string Print() => $"({Operand.Print()} {(IsNegated ? "NOT " : "")}LIKE {Quote(Pattern)})";

            public override bool Holds(FleetEvent happened)
            {
                var text = Operand.Value(happened) switch { string s => s, decimal d => d.ToString(CultureInfo.InvariantCulture), bool b => b ? "true" : "false", _ => null };
                var regex = Regex.Replace(Pattern, @"\\[%_\\]|%|_|[^%_]", part => part.Value switch { "%" => ".*", "_" => ".", _ => Regex.Escape(part.Value.Length == 2 ? part.Value[1..] : part.Value) }, RegexOptions.Singleline);
                return text is not null && Regex.IsMatch(text, $@"\A{regex}\z", RegexOptions.Singleline) != IsNegated;
            }
        }

        public sealed record In(Naive Operand, Naive[] Set, bool IsNegated) : Naive
        {
            public override string Print() => $"({Operand.Print()} {(IsNegated ? "NOT " : "")}IN ({string.Join(", ", Set.Select(one => one.Print()))}))";

            public override bool Holds(FleetEvent happened) => Operand.Value(happened) is { } value && Set.Any(one => Order(value, one.Value(happened)!) == 0) != IsNegated;
        }

        public sealed record Exists(Naive Path) : Naive
        {
            public override string Print() => $"(EXISTS {Path.Print()})";

            public override bool Holds(FleetEvent happened) => Path.Value(happened) is not null;
        }

        public sealed record Join(string How, Naive Left, Naive Right) : Naive
        {
            public override string Print() => $"({Left.Print()} {How} {Right.Print()})";

            public override bool Holds(FleetEvent happened)
            {
                var (left, right) = (Left.Holds(happened), Right.Holds(happened));
                return How switch { "AND" => left && right, "OR" => left || right, _ => left != right };
            }
        }

        public sealed record Not(Naive Inner) : Naive
        {
            public override string Print() => $"(NOT {Inner.Print()})";

            public override bool Holds(FleetEvent happened) => !Inner.Holds(happened);
        }
    }
}
