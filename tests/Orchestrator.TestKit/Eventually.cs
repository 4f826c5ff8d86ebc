namespace Orchestrator.TestKit;

/// <summary>Awaits conditions that no event announces, such as a socket that another process opens.</summary>
public static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks every 20 ms until the condition holds. What the condition throws ends the wait at once.</summary>
    /// <param name="condition">Asked at least once, never concurrently.</param>
    /// <param name="within">How long to go on asking; a limit against hanging, not an assertion about speed.</param>
    /// <param name="what">The awaited state as a clause for the error: "qmp.sock listens".</param>
    /// <exception cref="TimeoutException">The condition did not hold in time.</exception>
    public static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan within, string what)
    {
        var clock = TimeProvider.System;
        var start = clock.GetTimestamp();
        while (!await condition())
        {
            if (clock.GetElapsedTime(start) > within)
                throw new TimeoutException($"Waited {within.TotalSeconds:0.#} s in vain until {what}.");

            await Task.Delay(Interval, clock);
        }
    }

    /// <summary>As <see cref="TrueAsync(Func{Task{bool}}, TimeSpan, string)"/>, for a condition that needs no waiting itself.</summary>
    public static Task TrueAsync(Func<bool> condition, TimeSpan within, string what) =>
        TrueAsync(() => Task.FromResult(condition()), within, what);
}
