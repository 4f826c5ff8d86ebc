using System.Globalization;
using System.Text;
using Orchestrator.Actors.FanOut.Selectors;

namespace Orchestrator.Host.Cli.Output;

/// <summary>A name cut at its numbers (those that a selector's range admits; others are text), or several that differ in them: stands for every combination of its numbers.</summary>
internal sealed class NodeSetTerm
{
    private const char Wildcard = '*';

    private readonly string[] _literals;
    private readonly string[] _numbers;

    /// <param name="literals">One more than <paramref name="numbers"/>, around them.</param>
    /// <param name="numbers">Each as written in a selector: digits, or ranges in brackets.</param>
    private NodeSetTerm(string[] literals, string[] numbers)
    {
        _literals = literals;
        _numbers = numbers;
    }

    /// <summary>How many numbers vary or could.</summary>
    public int Dimensions => _numbers.Length;

    /// <summary>A single name; one that has to be quoted is left whole, as quotes admit no ranges.</summary>
    public static NodeSetTerm Of(string name)
    {
        var quoted = TargetSelector.Quote(name);
        if (quoted != name)
        {
            return new NodeSetTerm([quoted], []);
        }

        List<string> literals = [];
        List<string> numbers = [];
        var literal = 0;
        for (var at = 0; at < name.Length; at++)
        {
            var start = at;
            while (at < name.Length && char.IsAsciiDigit(name[at]))
            {
                at++;
            }

            var digits = name.AsSpan(start, at - start);
            if (digits.Length is > 0 and <= TargetSelector.MaxRangeDigits && ValueOf(digits) <= TargetSelector.MaxRangeValue)
            {
                literals.Add(name[literal..start]);
                numbers.Add(digits.ToString());
                literal = at;
            }
        }

        return new NodeSetTerm([.. literals, name[literal..]], [.. numbers]);
    }

    /// <summary>Joins terms that are equal but for the single number at <paramref name="dimension"/>, one term for each padding.</summary>
    public static IEnumerable<NodeSetTerm> Join(NodeSetTerm[] terms, int dimension)
    {
        if (terms is [_])
        {
            return terms;
        }

        var numbers = terms.Select(term => term._numbers[dimension]).ToArray();
        var paddings = numbers.Where(IsPadded).Select(number => number.Length).Distinct().ToArray();
        return numbers
            .GroupBy(number => paddings.Where(padding => padding <= number.Length).DefaultIfEmpty().Max())
            .Select(group => terms[0].With(dimension, Ranges(group)));
    }

    /// <summary>The term as a selector.</summary>
    public override string ToString() => ToString(wildcard: -1);

    /// <summary>The term with one dimension, if it has so many, left open: equal for terms that can be joined there.</summary>
    public string ToString(int wildcard)
    {
        var text = new StringBuilder(_literals[0]);
        for (var dimension = 0; dimension < Dimensions; dimension++)
        {
            _ = dimension == wildcard ? text.Append(Wildcard) : text.Append(_numbers[dimension]);
            text.Append(_literals[dimension + 1]);
        }

        return text.ToString();
    }

    private NodeSetTerm With(int dimension, string ranges)
    {
        var numbers = _numbers.ToArray();
        numbers[dimension] = ranges;
        return new NodeSetTerm(_literals, numbers);
    }

    private static string Ranges(IEnumerable<string> numbers)
    {
        List<(string First, string Last)> runs = [];
        foreach (var number in numbers.OrderBy(number => ValueOf(number)))
        {
            if (runs.Count > 0 && ValueOf(runs[^1].Last) + 1 == ValueOf(number))
            {
                runs[^1] = (runs[^1].First, number);
            }
            else
            {
                runs.Add((number, number));
            }
        }

        var texts = runs.Select(run => run.First == run.Last ? run.First : $"{run.First}-{run.Last}");
        return runs is [var (first, last)] && first == last ? first : $"[{string.Join(',', texts)}]";
    }

    private static bool IsPadded(string number) => number.Length > 1 && number[0] == '0';

    private static long ValueOf(ReadOnlySpan<char> digits) => long.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
}
