using Orchestrator.Actors.Vms;

namespace Orchestrator.Host.Configuration;

/// <summary>
/// What is less than before is not believed until it lasts: a QEMU that is started anew removes its sockets and makes them again, one after the
/// other, and is still the same VM. More than before is believed at once.
/// </summary>
internal sealed class SettledVms(TimeProvider time)
{
    /// <summary>How long a VM, or its agent's socket, must be away before it is gone.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, long> _lessSince = new(StringComparer.Ordinal);
    private Dictionary<string, VmSpec> _settled = new(StringComparer.Ordinal);

    /// <summary>Whether something is away whose grace has not ended.</summary>
    public bool Waits => _lessSince.Count > 0;

    /// <summary>Takes in what is seen now, and tells what there is, sorted by name.</summary>
    public IReadOnlyList<VmSpec> Update(IReadOnlyList<VmSpec> seen)
    {
        var now = seen.ToDictionary(vm => vm.Name, StringComparer.Ordinal);
        foreach (var before in _settled.Values)
        {
            if (!IsLess(before, now.GetValueOrDefault(before.Name)))
                _lessSince.Remove(before.Name);
            else if (IsInGrace(before.Name))
                now[before.Name] = before;
        }
        _settled = now;
        return [.. now.Values.OrderBy(vm => vm.Name, StringComparer.Ordinal)];
    }

    private bool IsInGrace(string name)
    {
        if (_lessSince.TryAdd(name, time.GetTimestamp()) || time.GetElapsedTime(_lessSince[name]) < Grace)
            return true;
        _lessSince.Remove(name);
        return false;
    }

    private static bool IsLess(VmSpec before, VmSpec? now) => now is null || (before.Agent is not null && now.Agent is null && now.Qmp == before.Qmp);
}
