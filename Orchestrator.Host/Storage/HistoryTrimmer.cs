using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Host.Storage;

/// <summary>
/// Forgets ended jobs beyond the limits of the configuration: at the start, and every ten minutes. In a cluster, each node does so for the partitions
/// of the jobs that it has, and removes from its own disk what belongs to jobs that any node has forgotten.
/// </summary>
internal sealed partial class HistoryTrimmer(Func<IReadOnlyList<IJobStore>> stores, JobHistoryLimits limits, TimeProvider time, ILogger<HistoryTrimmer> log) : BackgroundService
{
    /// <summary>From one look to the next.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    /// <summary>Stores that share the limit on the number of jobs.</summary>
    public int Partitions { get; init; } = 1;

    /// <summary>Removes what forgotten jobs have left on this node; <see langword="null"/> where a store does it itself.</summary>
    public Func<Task>? SweepAsync { get; init; }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            // One that fails, as when its duty has just gone, does not keep the others.
            foreach (var jobs in stores())
                await TryAsync(() => jobs.TrimAsync(PerStore)).ConfigureAwait(false);
            if (SweepAsync is { } sweep)
                await TryAsync(sweep).ConfigureAwait(false);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    private JobHistoryLimits PerStore => limits with { MaxJobs = (limits.MaxJobs + Partitions - 1) / Partitions };

    private async Task TryAsync(Func<Task> forget)
    {
        try
        {
            await forget().ConfigureAwait(false);
        }
        catch (JobStoreException e)
        {
            LogUntrimmed(e.Message);
        }
    }

    [LoggerMessage(1301, LogLevel.Warning, "Old jobs could not be forgotten, which is tried again in 10 minutes: {Reason}")]
    private partial void LogUntrimmed(string reason);
}
