namespace Orchestrator.Actors.Controllers;

/// <summary>Lets a controller's commands through as its quota says; the others wait. For all instances together; any thread.</summary>
internal sealed class ControllerGate(ControllerQuota quota, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _places = new(quota.MaxConcurrent);
    private readonly double _perSecond = quota.CommandsPerMinute / 60.0;
    private double _tokens = quota.CommandsPerMinute;
    private long _at = time.GetTimestamp();

    /// <summary>Waits for its turn. What is returned ends the command's time under way.</summary>
    public async Task<Place> EnterAsync(CancellationToken cancellationToken)
    {
        var wait = Take();
        try
        {
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
            await _places.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            lock (_lock)
                _tokens++;
            throw;
        }
        return new Place(_places);
    }

    /// <summary>Takes a token, or one that is still to come.</summary>
    private TimeSpan Take()
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            _tokens = Math.Min(quota.CommandsPerMinute, _tokens + (time.GetElapsedTime(_at, now).TotalSeconds * _perSecond));
            _at = now;
            _tokens--;
            return _tokens >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_tokens / _perSecond);
        }
    }

    /// <summary>A command's place among those under way.</summary>
    internal readonly struct Place(SemaphoreSlim places) : IDisposable
    {
        public void Dispose() => places.Release();
    }
}
