using System.Collections.Concurrent;
using System.Diagnostics;

namespace Orchestrator.Host.Tests.Telemetry;

/// <summary>Every span that ends in this process, whoever makes it.</summary>
internal sealed class Spans : IDisposable
{
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    /// <param name="isSampled">Whether those without a parent are recorded; others are as their parents.</param>
    public Spans(bool isSampled = true)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Orchestrator" or "Orchestrator.Cli" or "Microsoft.AspNetCore" or "System.Net.Http",
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.Parent == default ? isSampled ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.PropagationData
                : (options.Parent.TraceFlags & ActivityTraceFlags.Recorded) != 0 ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.PropagationData,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>Those of a trace, in the order of their ends.</summary>
    public Activity[] Of(string traceId) => [.. _ended.Where(span => span.TraceId.ToHexString() == traceId)];

    /// <summary>All of a name.</summary>
    public Activity[] Named(string name) => [.. _ended.Where(span => span.OperationName == name)];

    public void Dispose() => _listener.Dispose();
}
