namespace Orchestrator.Host.Cli.Output;

/// <summary>
/// Ordinal, except that runs of ASCII digits are compared by their value: <c>web9</c> before <c>web10</c>. Texts that
/// differ in padding only are ordered ordinally, so only equal texts compare as equal.
/// </summary>
public sealed class NaturalOrder : IComparer<string>
{
    /// <summary>The only instance.</summary>
    public static readonly NaturalOrder Instance = new();

    private NaturalOrder()
    {
    }

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        var left = x.AsSpan();
        var right = y.AsSpan();
        while (!left.IsEmpty && !right.IsEmpty)
        {
            var leftPart = left[..DigitsOrOne(left)];
            var rightPart = right[..DigitsOrOne(right)];
            var order = char.IsAsciiDigit(left[0]) && char.IsAsciiDigit(right[0])
                ? CompareNumbers(leftPart.TrimStart('0'), rightPart.TrimStart('0'))
                : left[0].CompareTo(right[0]);
            if (order != 0)
            {
                return order;
            }

            left = left[leftPart.Length..];
            right = right[rightPart.Length..];
        }

        var rest = left.Length.CompareTo(right.Length);
        return rest != 0 ? rest : string.CompareOrdinal(x, y);
    }

    // Without leading zeros the longer number is the larger; no length is too long.
    private static int CompareNumbers(ReadOnlySpan<char> left, ReadOnlySpan<char> right) =>
        left.Length != right.Length ? left.Length.CompareTo(right.Length) : left.SequenceCompareTo(right);

    private static int DigitsOrOne(ReadOnlySpan<char> text)
    {
        var digits = text.IndexOfAnyExceptInRange('0', '9');
        return Math.Max(1, digits < 0 ? text.Length : digits);
    }
}
