namespace Orchestrator.Bench.Soak.Work;

/// <summary>Something that is done again and again.</summary>
public interface ISoakWork
{
    /// <summary>What the table calls what is counted.</summary>
    string Name { get; }

    /// <summary>How much of it an hour of ordinary operation has, at most.</summary>
    int PerHour { get; }

    /// <summary>How much is done.</summary>
    long Done { get; }

    /// <summary>Between two steps.</summary>
    TimeSpan Pause { get; }

    /// <summary>Does it once; it takes some seconds at most, and leaves nothing behind.</summary>
    /// <exception cref="BenchException">It went wrong.</exception>
    Task StepAsync(CancellationToken cancel);
}
