using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.FanOut.Selectors;

/// <summary>A compiled selector or part of one. Immutable; its depth is bounded by <see cref="TargetSelector.MaxDepth"/>.</summary>
internal abstract class SelectorNode
{
    public abstract bool Matches(VmSnapshot vm);

    /// <summary>Tells which names are written in it.</summary>
    public abstract void Collect(SelectorNames names);

    /// <summary>Adds names and identities of which each VM that matches has one. <see langword="false"/> where that cannot be told without the VMs; what was added then says nothing.</summary>
    public abstract bool Pin(SelectorPins pins);
}

/// <summary>Negation.</summary>
internal sealed class NotNode(SelectorNode operand) : SelectorNode
{
    public override bool Matches(VmSnapshot vm) => !operand.Matches(vm);

    public override void Collect(SelectorNames names) => operand.Collect(names);

    public override bool Pin(SelectorPins pins) => false;
}

/// <summary>Conjunction; n-ary, so that a long chain is not a deep tree.</summary>
internal sealed class AllNode(SelectorNode[] operands) : SelectorNode
{
    public override bool Matches(VmSnapshot vm)
    {
        foreach (var operand in operands)
        {
            if (!operand.Matches(vm))
            {
                return false;
            }
        }

        return true;
    }

    public override void Collect(SelectorNames names)
    {
        foreach (var operand in operands)
        {
            operand.Collect(names);
        }
    }

    public override bool Pin(SelectorPins pins) => operands.Any(operand => operand.Pin(pins));
}

/// <summary>Disjunction. Exact names are one look-up, so a list of thousands of names costs as much as one.</summary>
internal sealed class AnyNode : SelectorNode
{
    private readonly HashSet<string> _names;
    private readonly SelectorNode[] _others;

    public AnyNode(IReadOnlyCollection<SelectorNode> operands)
    {
        _names = operands.OfType<NameTerm>().Where(term => term.Exact is not null).Select(term => term.Exact!).ToHashSet(StringComparer.Ordinal);
        _others = [.. operands.Where(operand => operand is not NameTerm { Exact: not null })];
    }

    public override bool Matches(VmSnapshot vm)
    {
        if (_names.Contains(vm.Name))
        {
            return true;
        }

        foreach (var other in _others)
        {
            if (other.Matches(vm))
            {
                return true;
            }
        }

        return false;
    }

    public override void Collect(SelectorNames names)
    {
        names.Add(_names);
        foreach (var other in _others)
        {
            other.Collect(names);
        }
    }

    public override bool Pin(SelectorPins pins)
    {
        pins.Names.UnionWith(_names);
        return _others.All(other => other.Pin(pins));
    }
}
