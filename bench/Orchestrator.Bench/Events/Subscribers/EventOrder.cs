namespace Orchestrator.Bench.Events.Subscribers;

/// <summary>Holds what one subscriber gets against what was sent: every event of every VM, once and in order, but for those that the server says are missing.</summary>
/// <param name="vms">Number of VMs.</param>
/// <param name="before">Events that each VM had sent before the subscriber came.</param>
public sealed class EventOrder(int vms, long before)
{
    private readonly long[] _last = [.. Enumerable.Repeat(before, vms)];

    private long _unaccounted;

    /// <summary>Events so far, those included that are missing.</summary>
    public long Count { get; private set; }

    /// <summary>Events that the server says are missing.</summary>
    public long Lost { get; private set; }

    /// <summary>Takes the next event, or the next gap.</summary>
    /// <exception cref="BenchException">It is not the one that comes next, and no gap explains it.</exception>
    public void Take(EventLine happened)
    {
        if (happened.Missing > 0)
        {
            (Count, Lost, _unaccounted) = (Count + happened.Missing, Lost + happened.Missing, _unaccounted + happened.Missing);
            return;
        }
        if (happened.Vm < 1 || happened.Vm > vms)
            throw new BenchException($"an event of VM {happened.Vm}, of which there is none");
        ref var last = ref _last[happened.Vm - 1];
        var skipped = happened.Number - last - 1;
        if (skipped < 0 || skipped > _unaccounted)
            throw new BenchException($"after event {last} of VM {happened.Vm} came its event {happened.Number}");
        _unaccounted -= skipped;
        last = happened.Number;
        Count++;
    }
}
