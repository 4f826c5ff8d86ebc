namespace Orchestrator.Actors.FanOut;

/// <summary>A bucket of tokens, one for each invocation that begins; it holds what a tenth of a second brings, so that a late look loses nothing.</summary>
internal sealed class PaceTokens(double? rate)
{
    private const double BucketSeconds = 0.1;

    private readonly double _capacity = Math.Max(1, (rate ?? 0) * BucketSeconds);
    private double _tokens = 1;
    private TimeSpan _filledAt;

    public bool HasOne => rate is null || _tokens >= 1;

    /// <summary>Until there is one again.</summary>
    public TimeSpan UntilNext => TimeSpan.FromTicks(Math.Max(1, (long)Math.Ceiling((1 - _tokens) / rate!.Value * TimeSpan.TicksPerSecond)));

    public void Refill(TimeSpan now)
    {
        if (rate is null)
            return;
        _tokens = Math.Min(_capacity, _tokens + (now - _filledAt).TotalSeconds * rate.Value);
        _filledAt = now;
        // What a sum of fractions lacks to one.
        if (_tokens > 1 - 1e-6 && _tokens < 1)
            _tokens = 1;
    }

    public void Take()
    {
        if (rate is not null)
            _tokens--;
    }
}
