namespace Orchestrator.Actors.Vms.Agent;

/// <summary>
/// How many events one guest may send: all guests share the node's ring of events, and none may fill it. Outlives the guest's connections,
/// whose read loops ask it.
/// </summary>
/// <param name="burst">Events that may come at once.</param>
/// <param name="pause">For each of these, one event more.</param>
/// <param name="time">Clock.</param>
internal sealed class ClaimAllowance(int burst, TimeSpan pause, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _paid = -burst * pause;

    public bool TryTake()
    {
        lock (_gate)
        {
            // Every event costs one pause; what was not used is kept, up to a whole burst.
            var now = time.GetElapsedTime(_start);
            var paid = _paid < now - burst * pause ? now - burst * pause : _paid;
            if (paid + pause > now)
                return false;
            _paid = paid + pause;
            return true;
        }
    }
}
