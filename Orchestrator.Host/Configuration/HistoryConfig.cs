using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Configuration;

/// <summary>How much history of jobs is kept: whichever is reached first.</summary>
public sealed class HistoryConfig
{
    /// <summary>Ended jobs, 1 or more; 10,000 by default.</summary>
    public int Jobs { get; set; } = 10_000;

    /// <summary>Since a job's end: a number and <c>m</c>, <c>h</c> or <c>d</c>; <c>30d</c> by default.</summary>
    public string Age { get; set => field = value ?? "30d"; } = "30d";

    /// <summary>As the store takes it.</summary>
    /// <param name="path">The configuration's, for the error.</param>
    /// <exception cref="ServeException">A value is out of its range.</exception>
    internal JobHistoryLimits Limits(string path)
    {
        if (Jobs < 1)
            throw new ServeException($"{path}: 'jobs' of 'history' is {Jobs}: write a number of jobs, 1 or more");
        return new JobHistoryLimits(Jobs, ConfigAge.Parse(Age, path, "history"));
    }
}
