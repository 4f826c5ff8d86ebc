using Orchestrator.Actors.FanOut;

namespace Orchestrator.Actors.Vms;

/// <summary>Invocations that wait for their VM, in the order of their arrival; bounded. Owned by <see cref="VmActor"/>.</summary>
internal sealed class HeldInvocations(int capacity, TimeProvider time)
{
    private readonly List<HeldInvocation> _held = [];

    public int Count => _held.Count;

    /// <summary>Those that wait now, the oldest first.</summary>
    public IReadOnlyList<HeldInvocation> All => [.. _held];

    /// <summary>Time until the next one's end; <see langword="null"/> when none waits.</summary>
    public TimeSpan? Next => _held.Count == 0 ? null : _held.Min(held => held.Until.Remaining(time));

    /// <returns><see langword="false"/> if there is no room.</returns>
    public bool TryAdd(HeldInvocation held)
    {
        if (_held.Count >= capacity)
            return false;
        _held.Add(held);
        return true;
    }

    /// <summary>Puts another reason in the place of the first; the order stays.</summary>
    public void Replace(HeldInvocation held, HeldInvocation by) => _held[_held.IndexOf(held)] = by;

    /// <returns>Whether it waited.</returns>
    public bool Remove(Invocation invocation) => _held.RemoveAll(held => held.Invocation == invocation) > 0;

    /// <summary>Lets go of those whose time is over.</summary>
    public IReadOnlyList<HeldInvocation> TakeOverdue()
    {
        var overdue = _held.Where(held => held.Until.Remaining(time) == TimeSpan.Zero).ToArray();
        foreach (var held in overdue)
            _held.Remove(held);
        return overdue;
    }
}
