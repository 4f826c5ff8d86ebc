namespace Orchestrator.Actors.Telemetry;

/// <summary>A number that is added to where something happens, and read when somebody asks. Any thread.</summary>
public sealed class Tally
{
    private long _value;

    /// <summary>What came together.</summary>
    public long Value => Interlocked.Read(ref _value);

    /// <summary>Adds; negative numbers take away.</summary>
    public void Add(long by = 1) => Interlocked.Add(ref _value, by);
}
