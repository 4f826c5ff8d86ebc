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

    /// <param name="done">VMs that have their outcome.</param>
    /// <param name="targets">All VMs.</param>
    /// <param name="groups">Different outcomes so far; <see langword="null"/> where they are not compared.</param>
    public void Report(int done, int targets, int? groups) => Report(done, targets, groups is { } different
        ? string.Create(CultureInfo.InvariantCulture, $"{done} of {targets}, {different} {(different == 1 ? "group" : "groups")}")
        : string.Create(CultureInfo.InvariantCulture, $"{done} of {targets}"));

    /// <param name="done">Of <paramref name="total"/>.</param>
    /// <param name="total">0 where there is nothing to do.</param>
    /// <param name="text">The same in words; may hold no guest text.</param>
    public void Report(int done, int total, string text)
    {
        if (!enabled || time.GetElapsedTime(_start) < FirstAfter)
            return;
        _display ??= new ProgressDisplay(error);
        _display.Show(done, total, text);
    }

    /// <summary>Takes it away before anything else is written.</summary>
    public async Task ClearAsync()
    {
        if (_display is { } display)
            await display.DisposeAsync();
        _display = null;
    }
}
