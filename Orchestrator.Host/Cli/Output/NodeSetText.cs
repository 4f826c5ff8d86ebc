namespace Orchestrator.Host.Cli.Output;

/// <summary>Names as a node set: <c>web1,web2,db1</c>.</summary>
public static class NodeSetText
{
    /// <summary>The names, without repetitions, as one selector; empty for none.</summary>
    public static string Fold(IEnumerable<string> names) => string.Join(',', names.Distinct(StringComparer.Ordinal));
}
