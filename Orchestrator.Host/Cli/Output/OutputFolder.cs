namespace Orchestrator.Host.Cli.Output;

/// <summary>Gathers VMs that printed the same, so that a fleet in agreement takes one screen. Not safe for concurrent use.</summary>
/// <remarks>Holds each distinct body once; compares bodies character by character.</remarks>
public sealed class OutputFolder
{
    private readonly Dictionary<string, List<string>> _namesByBody = new(StringComparer.Ordinal);

    /// <summary>Most frequent first, then by the first name; the names of a group in natural order (<c>web9</c> before <c>web10</c>).</summary>
    public IReadOnlyList<FoldedGroup> Groups =>
    [
        .. _namesByBody
            .Select(entry => new FoldedGroup([.. entry.Value.Order(NaturalOrder.Instance)], entry.Key))
            .OrderByDescending(group => group.Count)
            .ThenBy(group => group.Names[0], NaturalOrder.Instance),
    ];

    /// <summary>Adds what one VM printed. Names may repeat: they are unique only on one VmHost.</summary>
    public void Add(string name, string body)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(body);
        if (!_namesByBody.TryGetValue(body, out var names))
        {
            _namesByBody.Add(body, names = []);
        }

        names.Add(name);
    }
}

/// <summary>The VMs that printed one and the same body.</summary>
/// <param name="Names">At least one; <see cref="NodeSetText.Fold"/> makes a heading of them.</param>
/// <param name="Body">What each of them printed.</param>
public sealed record FoldedGroup(IReadOnlyList<string> Names, string Body)
{
    /// <summary>Number of VMs.</summary>
    public int Count => Names.Count;
}
