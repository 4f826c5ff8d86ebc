using System.Diagnostics;

namespace Orchestrator.Actors.FanOut;

/// <summary>What is measured and traced of the job.</summary>
internal sealed partial class JobActor
{
    private readonly ActivityContext _trace;
    private Activity? _span;
    private bool _isCounted;

    /// <summary>For invocations: only where somebody records it.</summary>
    private ActivityContext SpanContext => _span is { Recorded: true } ? _span.Context : default;

    /// <summary>The job's place in its trace: its own span, or the request where it has none.</summary>
    private string? Traceparent => FanOutSpans.TextOf(_span?.Context ?? _trace);

    /// <inheritdoc/>
    protected override void PostStop()
    {
        AcknowledgeAll();
        if (_isCounted)
            FanOutMetrics.Running.Add(-1);
        if (_span is not null)
            FanOutSpans.Stop(_span);
    }

    /// <summary>A job that is taken up again goes on in its trace.</summary>
    private static ActivityContext TraceOf(JobStart start) => start switch
    {
        JobStart.New made => made.Spec.Trace,
        JobStart.Repeated repeated => repeated.Spec.Trace,
        JobStart.Unfinished unfinished => FanOutSpans.ContextOf(unfinished.Job.Header.Traceparent),
        _ => default,
    };

    private void BeginSpan() => _span ??= FanOutSpans.StartJob(_id, Spec, _trace);

    private void CountBegin()
    {
        _isCounted = true;
        FanOutMetrics.Running.Add();
    }

    private void CountEnd()
    {
        if (_isCounted)
            FanOutMetrics.Running.Add(-1);
        _isCounted = false;
        var job = Snapshot();
        FanOutMetrics.CountEnd(job.Phase);
        if (_span is not null)
            FanOutSpans.End(_span, job);
        _span = null;
    }
}
