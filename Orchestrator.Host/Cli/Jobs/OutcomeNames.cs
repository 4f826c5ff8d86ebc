namespace Orchestrator.Host.Cli.Jobs;

/// <summary>What to call VMs in a listing: by name, and with the VmHost before it where two have the same name.</summary>
internal static class OutcomeNames
{
    public static IReadOnlyList<(string Name, OutcomeView Outcome)> Of(IReadOnlyList<OutcomeView> outcomes)
    {
        var repeated = outcomes.GroupBy(outcome => outcome.Name, StringComparer.Ordinal)
            .Where(group => group.Count() > 1).Select(group => group.Key).ToHashSet(StringComparer.Ordinal);
        return [.. outcomes.Select(outcome => (repeated.Contains(outcome.Name) ? $"{outcome.Host}/{outcome.Name}" : outcome.Name, outcome))];
    }
}
