using Orchestrator.Actors.FanOut.Selectors;

namespace Orchestrator.Host.Cli.Output;

/// <summary>Names as a compact node set: <c>web[01-03,07],db1</c>.</summary>
public static class NodeSetText
{
    /// <summary>
    /// Folds names that differ in numbers only. The result is a <see cref="TargetSelector"/> for exactly these names;
    /// for no names it is empty, which is no selector.
    /// </summary>
    /// <param name="names">Repetitions are ignored. Terms keep the order in which their first name came.</param>
    public static string Fold(IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        List<NodeSetTerm> terms = [.. names.Distinct(StringComparer.Ordinal).Select(NodeSetTerm.Of)];

        // The last number varies fastest, so it is folded first; each further pass joins terms with equal sets behind.
        var dimensions = terms.Select(term => term.Dimensions).DefaultIfEmpty().Max();
        for (var dimension = dimensions - 1; dimension >= 0; dimension--)
        {
            var current = dimension;
            terms =
            [
                .. terms
                    .GroupBy(term => term.ToString(current), StringComparer.Ordinal)
                    .SelectMany(group => NodeSetTerm.Join([.. group], current)),
            ];
        }

        return string.Join(',', terms);
    }
}
