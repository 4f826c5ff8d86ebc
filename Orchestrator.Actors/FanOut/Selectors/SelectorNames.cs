namespace Orchestrator.Actors.FanOut.Selectors;

/// <summary>The names that are written in a selector, with their ranges expanded: what there is to choose from where no VMs are known.</summary>
public sealed class SelectorNames
{
    private readonly int _most;
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    internal SelectorNames(int most) => _most = most;

    /// <summary>In no order; patterns with <c>*</c> or <c>?</c> add none.</summary>
    public IReadOnlyCollection<string> Names => _names;

    /// <summary>Whether there are more names than were asked for: <see cref="Names"/> has only some of them.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Whether there is a term that only a VM itself can answer: an identity, a label, a fact, a VmHost or a state.</summary>
    public bool NeedsVms { get; private set; }

    internal void Add(IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            if (_names.Count == _most && !_names.Contains(name))
            {
                IsCut = true;
                return;
            }

            _names.Add(name);
        }
    }

    internal void AddOther() => NeedsVms = true;
}
