namespace Orchestrator.Bench.Events.Subscribers;

/// <summary>Holds what one subscriber gets against what was sent: every event of every VM, once and in order.</summary>
/// <param name="vms">Number of VMs.</param>
/// <param name="before">Events that each VM had sent before the subscriber came.</param>
public sealed class EventOrder(int vms, long before)
{
    private readonly long[] _last = [.. Enumerable.Repeat(before, vms)];

    /// <summary>Events so far.</summary>
    public long Count { get; private set; }

    /// <summary>Takes the next event.</summary>
    /// <exception cref="BenchException">It is not the one that comes next.</exception>
    public void Take(EventLine happened)
    {
        if (happened.Vm < 1 || happened.Vm > vms)
            throw new BenchException($"an event of VM {happened.Vm}, of which there is none");
        ref var last = ref _last[happened.Vm - 1];
        if (happened.Number != last + 1)
            throw new BenchException($"after event {last} of VM {happened.Vm} came its event {happened.Number}");
        last = happened.Number;
        Count++;
    }
}
