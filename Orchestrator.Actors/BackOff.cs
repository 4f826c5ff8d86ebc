namespace Orchestrator.Actors;

/// <summary>Pauses between attempts that double from the first to the longest.</summary>
/// <param name="First">Pause after the first failure.</param>
/// <param name="Longest">No pause is longer.</param>
public sealed record BackOff(TimeSpan First, TimeSpan Longest)
{
    private const int MaxDoublings = 30;

    /// <summary>Pause after the given number of failures in a row, from 1 up.</summary>
    public TimeSpan After(int failures)
    {
        var pause = First * Math.Pow(2, Math.Clamp(failures - 1, 0, MaxDoublings));
        return pause < Longest ? pause : Longest;
    }
}
