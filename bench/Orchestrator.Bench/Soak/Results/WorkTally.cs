namespace Orchestrator.Bench.Soak.Results;

/// <summary>How much of a kind of work was done.</summary>
/// <param name="Name">What is counted.</param>
/// <param name="Done">How many, between the first rest and the last.</param>
/// <param name="PerHour">How many an hour of ordinary operation has, at most.</param>
public sealed record WorkTally(string Name, long Done, int PerHour)
{
    /// <summary>Hours of ordinary operation that it is worth.</summary>
    public double Hours => (double)Done / PerHour;
}
