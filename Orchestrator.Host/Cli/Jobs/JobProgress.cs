using System.Globalization;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Jobs;

/// <summary>
/// A line on standard error that is rewritten as outcomes come. Only on a terminal, never with <c>-q</c>, and only for jobs
/// that take longer than a blink, so that a quick one does not flicker.
/// </summary>
internal sealed class JobProgress(TerminalWriter error, bool quiet, TimeProvider time)
{
    private static readonly TimeSpan FirstAfter = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly long _start = time.GetTimestamp();
    private readonly bool _enabled = error.IsTerminal && !quiet;
    private long _shown;
    private bool _visible;

    public void Report(int done, int targets)
    {
        if (!_enabled || time.GetElapsedTime(_start) < FirstAfter || (_visible && time.GetElapsedTime(_shown) < Interval))
            return;
        _shown = time.GetTimestamp();
        _visible = true;
        error.WriteDocument(string.Create(CultureInfo.InvariantCulture, $"\r\x1b[K{done} of {targets}"));
        error.Flush();
    }

    /// <summary>Takes the line away before anything else is written.</summary>
    public void Clear()
    {
        if (!_visible)
            return;
        _visible = false;
        error.WriteDocument("\r\x1b[K");
        error.Flush();
    }
}
