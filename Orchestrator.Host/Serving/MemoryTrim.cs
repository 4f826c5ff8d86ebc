namespace Orchestrator.Host.Serving;

/// <summary>
/// Gives memory back that work has taken, once it is over: the runtime collects when something is allocated, and a node whose VMs have all been connected allocates next to nothing. Connecting
/// ten thousand VMs would else take twice the memory of having them, for ever.
/// </summary>
/// <param name="time">Clock.</param>
internal sealed class MemoryTrim(TimeProvider time) : BackgroundService
{
    /// <summary>Between two looks.</summary>
    public static readonly TimeSpan LookPause = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var rules = new MemoryTrimRules();
        using var looks = new PeriodicTimer(LookPause, time);
        while (await looks.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            if (rules.IsDue(GC.GetTotalAllocatedBytes()))
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
    }
}
