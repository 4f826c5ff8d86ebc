using System.Globalization;
using System.Text.Json;
using Orchestrator.Host.Cli.Jobs;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Results;

/// <summary>Gathers outcomes that are alike, so that a fleet in agreement takes one screen. Not safe for concurrent use.</summary>
internal sealed class OutcomeGroups(IgnoredMembers ignored)
{
    private readonly Dictionary<(int Severity, string Key), List<OutcomeView>> _groups = [];

    /// <summary>Number of groups so far.</summary>
    public int Count => _groups.Count;

    public void Add(OutcomeView outcome)
    {
        var key = (Phases.Severity(outcome.Phase), OutcomeBody.Of(outcome, ignored).Key);
        if (!_groups.TryGetValue(key, out var members))
            _groups.Add(key, members = []);
        members.Add(outcome);
    }

    /// <summary>What needs a person first, then the largest, then by the first name; the names of a group in natural order (<c>web9</c> before <c>web10</c>).</summary>
    public IReadOnlyList<OutcomeGroup> Ordered()
    {
        var names = OutcomeNames.Of([.. _groups.Values.SelectMany(members => members)])
            .ToDictionary<(string Name, OutcomeView Outcome), OutcomeView, string>(pair => pair.Outcome, pair => pair.Name, ReferenceEqualityComparer.Instance);
        return
        [
            .. _groups
                .Select(group => (group.Key.Severity, Group: GroupOf(group.Value, names)))
                .OrderBy(entry => entry.Severity)
                .ThenByDescending(entry => entry.Group.Count)
                .ThenBy(entry => entry.Group.Names[0], NaturalOrder.Instance)
                .Select(entry => entry.Group),
        ];
    }

    private OutcomeGroup GroupOf(List<OutcomeView> members, Dictionary<OutcomeView, string> names)
    {
        (string Name, OutcomeView Outcome)[] ordered = [.. members.Select(member => (names[member], member)).OrderBy(member => member.Item1, NaturalOrder.Instance)];
        return new OutcomeGroup([.. ordered.Select(member => member.Name)], ordered[0].Outcome, OutcomeBody.Of(ordered[0].Outcome, ignored));
    }
}

/// <summary>The VMs whose outcomes are alike.</summary>
/// <param name="Names">At least one; <see cref="NodeSetText.Fold"/> makes a heading of them.</param>
/// <param name="First">The outcome of the first of them.</param>
/// <param name="Body">What they have in common.</param>
internal sealed record OutcomeGroup(IReadOnlyList<string> Names, OutcomeView First, OutcomeBody Body)
{
    /// <summary>Number of VMs.</summary>
    public int Count => Names.Count;

    /// <summary>The VMs as a selector, and how many they are if it is not one alone: <c>web[1-3] (3)</c>.</summary>
    public string Heading => HeadingOf(Names);

    /// <inheritdoc cref="Heading"/>
    public static string HeadingOf(IReadOnlyList<string> names) => names.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $"{NodeSetText.Fold(names)} ({names.Count})") : NodeSetText.Fold(names);

    /// <summary>Members of an object that tell which VMs these are and how they ended.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        VmNames.WriteTo(writer, Names);
        writer.WriteString("phase", First.Phase);
        if (First.Reason is { } reason)
            writer.WriteString("reason", reason);
    }
}
