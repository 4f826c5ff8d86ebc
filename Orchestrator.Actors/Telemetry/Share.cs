namespace Orchestrator.Actors.Telemetry;

/// <summary>What one actor adds to a level that all of its kind share. Only its owner may use it, and disposes it when it ends.</summary>
/// <param name="level">The shared level.</param>
internal sealed class Share(Tally level) : IDisposable
{
    private long _value;

    /// <summary>Says how much it is now.</summary>
    public void Set(long value)
    {
        if (value == _value)
            return;
        level.Add(value - _value);
        _value = value;
    }

    /// <summary>Takes its share away.</summary>
    public void Dispose() => Set(0);
}
