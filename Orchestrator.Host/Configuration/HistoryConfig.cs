using System.Globalization;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Configuration;

/// <summary>How much history of jobs is kept: whichever is reached first.</summary>
public sealed class HistoryConfig
{
    private const double MaxDays = 36_500;

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
        var days = Age.AsSpan().TrimStart("0123456789.") switch
        {
            "m" => 1.0 / 1440,
            "h" => 1.0 / 24,
            "d" => 1.0,
            _ => double.NaN,
        };
        if (!double.TryParse(Age.AsSpan(0, Math.Max(0, Age.Length - 1)), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number * days is not (> 0 and <= MaxDays))
            throw new ServeException($"{path}: 'age' of 'history' is '{Age}': write a duration such as 90m, 12h or 30d");
        return new JobHistoryLimits(Jobs, TimeSpan.FromDays(number * days));
    }
}
