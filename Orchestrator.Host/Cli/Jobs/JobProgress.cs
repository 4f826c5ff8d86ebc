using System.Globalization;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Jobs;

/// <summary>
/// How far a job is, on standard error. Only for jobs that take longer than a blink, so that a quick one neither flickers nor pays for it.
/// </summary>
/// <param name="error">Standard error, a terminal where this is enabled.</param>
/// <param name="enabled">Whether a person looks on.</param>
/// <param name="time">Measures how long the job takes.</param>
internal sealed class JobProgress(TerminalWriter error, bool enabled, TimeProvider time)
{
    private static readonly TimeSpan FirstAfter = TimeSpan.FromMilliseconds(300);

    private readonly long _start = time.GetTimestamp();
    private ProgressDisplay? _display;

    public void Report(int done, int targets)
    {
        if (!enabled || time.GetElapsedTime(_start) < FirstAfter)
            return;
        _display ??= new ProgressDisplay(error);
        _display.Show(done, targets, string.Create(CultureInfo.InvariantCulture, $"{done} of {targets}"));
    }

    /// <summary>Takes it away before anything else is written.</summary>
    public async Task ClearAsync()
    {
        if (_display is { } display)
            await display.DisposeAsync();
        _display = null;
    }
}
