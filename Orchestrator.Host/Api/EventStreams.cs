namespace Orchestrator.Host.Api;

/// <summary>Counts the streams of events that this node serves: one for each request, each WebSocket and each subscription of one. Any thread.</summary>
/// <param name="most">How many at a time.</param>
internal sealed class EventStreams(int most)
{
    /// <summary>Streams at a time, unless told otherwise.</summary>
    public const int DefaultMost = 4_096;

    private int _count;

    /// <summary>Takes a place until it is disposed.</summary>
    /// <exception cref="RequestException">None is left.</exception>
    public IDisposable Take()
    {
        if (Interlocked.Increment(ref _count) <= most)
        {
            EventStreamMetrics.Open.Add();
            return new Place(this);
        }
        Interlocked.Decrement(ref _count);
        EventStreamMetrics.Refused.Add();
        throw new RequestException("too-many-streams", $"this node serves {most} streams of events already: end one, or follow several VMs with one stream");
    }

    private sealed class Place(EventStreams streams) : IDisposable
    {
        private int _isLeft;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isLeft, 1) != 0)
                return;
            Interlocked.Decrement(ref streams._count);
            EventStreamMetrics.Open.Add(-1);
        }
    }
}
