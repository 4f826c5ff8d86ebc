namespace Orchestrator.Bench.Soak.Work;

/// <summary>All kinds of work beside each other.</summary>
public static class SoakWorkers
{
    /// <summary>Does each of them again and again until time is over, and then ends the steps that have begun.</summary>
    /// <param name="works">The kinds.</param>
    /// <param name="duration">How long new steps begin.</param>
    /// <param name="cancel">Ends all at once.</param>
    /// <exception cref="BenchException">A step went wrong, by which all others are ended; the message names its kind.</exception>
    public static async Task RunAsync(IReadOnlyList<ISoakWork> works, TimeSpan duration, CancellationToken cancel)
    {
        using var over = new CancellationTokenSource(duration, TimeProvider.System);
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var failure = (BenchException?)null;
        await Task.WhenAll(works.Select(DoAsync));
        cancel.ThrowIfCancellationRequested();
        if (failure is not null)
            throw failure;

        async Task DoAsync(ISoakWork work)
        {
            try
            {
                while (!over.IsCancellationRequested)
                {
                    await work.StepAsync(failed.Token);
                    await Task.Delay(work.Pause, TimeProvider.System, over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
            catch (Exception e) when (e is BenchException or HttpRequestException or IOException && !failed.IsCancellationRequested)
            {
                failure ??= new BenchException($"{work.Name}: {e.Message}");
                await failed.CancelAsync();
            }
            catch (Exception) when (failed.IsCancellationRequested)
            {
                // Another one's failure, or the caller, has ended it.
            }
        }
    }
}
