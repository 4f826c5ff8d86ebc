namespace Orchestrator.Actors.Clustering.Duties;

/// <summary>
/// Whether a claim holds at this moment, by this machine's own monotonic clock: for work that no store fences, such as bytes to a VM. Any thread.
/// </summary>
/// <param name="patience">How long a claim counts since its last renewal was asked for: less than the store lets it last.</param>
/// <param name="time">Clock.</param>
/// <param name="askedAt">When the claim was asked for.</param>
public sealed class DutyTenure(TimeSpan patience, TimeProvider time, long askedAt)
{
    private long _provenAt = askedAt;
    private volatile bool _isOver;

    /// <summary>Whether nobody else can have the duty now.</summary>
    public bool IsHeld => !_isOver && Left > TimeSpan.Zero;

    /// <summary>How long that stays so without a renewal; not positive once it is over.</summary>
    internal TimeSpan Left => patience - time.GetElapsedTime(Interlocked.Read(ref _provenAt));

    /// <summary>A renewal that was asked for at this time was confirmed. Only the duty's actor calls it.</summary>
    internal void Prove(long askedAt) => Interlocked.Exchange(ref _provenAt, Math.Max(_provenAt, askedAt));

    /// <summary>The duty is given up.</summary>
    internal void End() => _isOver = true;
}
