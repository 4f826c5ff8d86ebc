using System.Collections.Frozen;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.FanOut.Selectors;

/// <summary>A name on its VmHost.</summary>
internal sealed class NameTerm(TextPattern pattern) : SelectorNode
{
    /// <summary>The only name it matches, if there is only one.</summary>
    public string? Exact => (pattern as ExactPattern)?.Literal;

    public override bool Matches(VmSnapshot vm) => pattern.Matches(vm.Name);

    public override void Collect(SelectorNames names) => names.Add(pattern.Texts());

    public override bool Pin(SelectorPins pins)
    {
        if (Exact is { } name)
            pins.Names.Add(name);
        return Exact is not null;
    }
}

/// <summary>Something that only the VM itself can answer.</summary>
internal abstract class ConditionTerm : SelectorNode
{
    public override void Collect(SelectorNames names) => names.AddOther();

    public override bool Pin(SelectorPins pins) => false;
}

/// <summary>An identity; a VM that has not told its own yet does not match.</summary>
internal sealed class IdTerm(VmId id) : ConditionTerm
{
    public override bool Matches(VmSnapshot vm) => vm.Id is { } known && known == id;

    public override bool Pin(SelectorPins pins)
    {
        pins.Ids.Add(id);
        return true;
    }
}

/// <summary>The VmHost.</summary>
internal sealed class HostTerm(TextPattern pattern) : ConditionTerm
{
    public override bool Matches(VmSnapshot vm) => pattern.Matches(vm.Host);
}

/// <summary>The VM's condition.</summary>
internal sealed class StateTerm(VmState state) : ConditionTerm
{
    public override bool Matches(VmSnapshot vm) => vm.State == state;
}

/// <summary>The agent's condition.</summary>
internal sealed class AgentTerm(AgentState state) : ConditionTerm
{
    public override bool Matches(VmSnapshot vm) => vm.Agent == state;
}

/// <summary>A label; without <paramref name="value"/>, its presence.</summary>
internal sealed class LabelTerm(string key, TextPattern? value) : ConditionTerm
{
    public override bool Matches(VmSnapshot vm) => Entries.Match(vm.Labels, key, value);
}

/// <summary>A fact; without <paramref name="value"/>, its presence.</summary>
internal sealed class FactTerm(string key, TextPattern? value) : ConditionTerm
{
    public override bool Matches(VmSnapshot vm) => Entries.Match(vm.Facts, key, value);
}

file static class Entries
{
    public static bool Match(FrozenDictionary<string, string> entries, string key, TextPattern? value) =>
        entries.TryGetValue(key, out var actual) && (value is null || value.Matches(actual));
}
