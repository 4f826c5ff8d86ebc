using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.FanOut.Selectors;

/// <summary>Names and identities of which each VM that a selector matches has one: whoever keeps VMs by these need not look at the others.</summary>
internal sealed class SelectorPins
{
    public HashSet<string> Names { get; } = new(StringComparer.Ordinal);

    public HashSet<VmId> Ids { get; } = [];
}
