using Orchestrator.Actors.VmHosts.Lending;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.VmHosts;

/// <summary>
/// VMs of which two nodes tell: one that goes over from one to the other, for a moment, or that is at another node since its own does not answer. One
/// of the two is the VM, and nobody may take them for two. Immutable.
/// </summary>
internal sealed class VmsToldTwice
{
    private readonly HashSet<(VmId, string)> _served = [];
    private readonly HashSet<VmId> _live = [];

    private VmsToldTwice()
    {
    }

    /// <summary>Looks at all that is known; <see langword="null"/> if there are none.</summary>
    /// <param name="all">Whatever knows a VM.</param>
    /// <param name="vmOf">The VM.</param>
    public static VmsToldTwice? Of<T>(IReadOnlyCollection<T> all, Func<T, VmSnapshot> vmOf)
    {
        ArgumentNullException.ThrowIfNull(all);
        ArgumentNullException.ThrowIfNull(vmOf);
        HashSet<VmId>? stale = null;
        VmsToldTwice? twice = null;
        foreach (var item in all)
        {
            var vm = vmOf(item);
            if (vm is { StaleSince: not null, Id: { } old })
                (stale ??= []).Add(old);
            else if (vm is { Place: { } place, Id: { } id } && place.Contains('/', StringComparison.Ordinal))
                (twice ??= new())._served.Add((id, place));
        }
        foreach (var item in stale is null ? [] : all)
        {
            if (vmOf(item) is { StaleSince: null, Id: { } id } && stale!.Contains(id))
                (twice ??= new())._live.Add(id);
        }
        return twice;
    }

    /// <summary>Whether it is the one of the two that is not the VM: the place that another serves, or what is known of a node that does not answer.</summary>
    public bool IsOther(VmSnapshot vm)
    {
        ArgumentNullException.ThrowIfNull(vm);
        return vm.Id is { } id && ((vm.StaleSince is not null && _live.Contains(id)) || _served.Contains((id, LentPlace.NameOf(vm.Host, vm.Name))));
    }
}
