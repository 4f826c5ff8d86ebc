using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.FanOut;

/// <summary>The VMs of an inventory, to find those that a job had. Immutable.</summary>
internal sealed class VmDirectory
{
    private readonly Dictionary<VmId, InventoryEntry> _byId = [];
    private readonly Dictionary<(string Host, string Name), InventoryEntry> _byName = [];

    public VmDirectory(IEnumerable<InventoryEntry> entries)
    {
        foreach (var entry in entries)
        {
            // One that waits for its guest has the same identity, and not the guest.
            if (entry.Snapshot.Id is { } id && (entry.Snapshot.RunState != "inmigrate" || !_byId.ContainsKey(id)))
                _byId[id] = entry;
            _byName[(entry.Snapshot.Host, entry.Snapshot.Name)] = entry;
        }
    }

    /// <summary>
    /// By identity, wherever it is now; by VmHost and name only a VM that never told its identity. Of two with the identity, the one of the target's name
    /// counts: another may be a QEMU that waits for its guest, and not have told so yet.
    /// </summary>
    /// <param name="target">A VM that a job had.</param>
    /// <param name="isLast">Whether the VM of its name is not waited for, if that has not told its identity.</param>
    public InventoryEntry? Find(StoredTarget target, bool isLast)
    {
        var named = _byName.GetValueOrDefault((target.Host, target.Name));
        if (target.Vm is not { } id || (named?.Snapshot.Id == id && named.Snapshot.RunState != "inmigrate"))
            return named;
        return named is { Snapshot.Id: null } && !isLast ? null : _byId.GetValueOrDefault(id);
    }
}
