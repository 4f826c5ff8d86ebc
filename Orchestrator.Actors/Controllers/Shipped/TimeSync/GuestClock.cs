using Orchestrator.Protocol.Client;
using Orchestrator.Protocol.Guest;

namespace Orchestrator.Actors.Controllers.Shipped.TimeSync;

/// <summary>The clock of one guest, through its agent.</summary>
internal sealed class GuestClock(IQapiClient agent, TimeProvider time)
{
    private const int MaxReadings = 3;

    /// <summary>Reads it: the answer that came fastest of up to three, one if that is precise enough.</summary>
    /// <param name="precise">A round trip as short as this needs no other.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ClockReading> ReadAsync(TimeSpan precise, CancellationToken cancellationToken)
    {
        var best = await ReadOnceAsync(cancellationToken).ConfigureAwait(false);
        for (var readings = 1; readings < MaxReadings && best.RoundTrip > precise; readings++)
        {
            var next = await ReadOnceAsync(cancellationToken).ConfigureAwait(false);
            best = next.RoundTrip < best.RoundTrip ? next : best;
        }
        return best;
    }

    /// <summary>Sets it to the host's time.</summary>
    /// <param name="roundTrip">Of the last reading.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task SetAsync(TimeSpan roundTrip, CancellationToken cancellationToken) =>
        agent.GuestSetTimeAsync(TimeSyncRules.Nanoseconds(time.GetUtcNow(), roundTrip), cancellationToken);

    private async Task<ClockReading> ReadOnceAsync(CancellationToken cancellationToken)
    {
        var (asked, start) = (time.GetUtcNow(), time.GetTimestamp());
        var nanoseconds = await agent.GuestGetTimeAsync(cancellationToken).ConfigureAwait(false);
        var roundTrip = time.GetElapsedTime(start);
        return new ClockReading(TimeSpan.FromTicks(nanoseconds / 100) - (asked - DateTimeOffset.UnixEpoch) - (roundTrip / 2), roundTrip);
    }
}
