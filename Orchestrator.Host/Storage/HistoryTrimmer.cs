using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Host.Storage;

/// <summary>Forgets ended jobs beyond the limits of the configuration: at the start, and every ten minutes.</summary>
internal sealed partial class HistoryTrimmer(Func<IReadOnlyList<IJobStore>> stores, JobHistoryLimits limits, TimeProvider time, ILogger<HistoryTrimmer> log) : BackgroundService
{
    /// <summary>From one look to the next.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                foreach (var jobs in stores())
                    await jobs.TrimAsync(limits).ConfigureAwait(false);
            }
            catch (JobStoreException e)
            {
                LogUntrimmed(e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    [LoggerMessage(1301, LogLevel.Warning, "Old jobs could not be forgotten, which is tried again in 10 minutes: {Reason}")]
    private partial void LogUntrimmed(string reason);
}
