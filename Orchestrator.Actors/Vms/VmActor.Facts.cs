using System.Collections.Frozen;

namespace Orchestrator.Actors.Vms;

/// <summary>What is told of the VM: by QEMU, by the guest, and by this node's controllers under names of their own.</summary>
internal sealed partial class VmActor
{
    /// <summary>More of a controller's are not shown.</summary>
    private const int MaxFacts = 256;

    private void ShowFacts(IEnumerable<KeyValuePair<string, string>> facts, VmSnapshot snapshot) =>
        Show(snapshot with { Facts = snapshot.Facts.Concat(facts).GroupBy(fact => fact.Key).ToFrozenDictionary(group => group.Key, group => group.Last().Value) });

    private void OnSetFacts(IReadOnlyDictionary<string, string?> changes)
    {
        var facts = new Dictionary<string, string>(_snapshot.Facts, StringComparer.Ordinal);
        foreach (var (name, value) in changes)
        {
            if (value is null)
                facts.Remove(name);
            else if (facts.Count < MaxFacts || facts.ContainsKey(name))
                facts[name] = value;
        }
        if (facts.Count != _snapshot.Facts.Count || facts.Except(_snapshot.Facts).Any())
            Show(_snapshot with { Facts = facts.ToFrozenDictionary() });
    }
}
