using System.Diagnostics;
using Orchestrator.Actors.Telemetry;

namespace Orchestrator.Actors.FanOut;

/// <summary>
/// Spans of jobs and their invocations. An actor's thread has no trace of its own: parents are given, and what is current is left as it was. Where
/// nobody records the trace, nothing is made.
/// </summary>
internal static class FanOutSpans
{
    /// <summary>Targets of a job that get a span, the first ones of its list: a trace of all VMs of a large fleet would be read by nobody.</summary>
    public const int MaxTargets = 1_000;

    /// <summary>Steps of a composite command of which its span tells.</summary>
    public const int MaxSteps = 16;

    /// <summary>A place in a trace as it is kept and as it goes to other nodes (W3C <c>traceparent</c>); <see langword="null"/> for none.</summary>
    public static string? TextOf(ActivityContext context) => context == default ? null : $"00-{context.TraceId}-{context.SpanId}-{(int)context.TraceFlags:x2}";

    /// <summary>The same, read; none if it is no such text.</summary>
    public static ActivityContext ContextOf(string? traceparent) => ActivityContext.TryParse(traceparent, null, isRemote: true, out var context) ? context : default;

    /// <summary>Begins a job's span; <see langword="null"/> where nobody listens.</summary>
    public static Activity? StartJob(string id, JobSpec spec, ActivityContext parent)
    {
        var span = Start("job", ActivityKind.Internal, parent);
        if (span is not { IsAllDataRequested: true })
            return span;
        span.SetTag("orchestrator.job", id);
        span.SetTag("orchestrator.command", spec.Name);
        span.SetTag("orchestrator.target", spec.Target.Text);
        return span;
    }

    /// <summary>Begins the span of one target of a recorded job; <see langword="null"/> for others.</summary>
    public static Activity? StartInvocation(JobPlan plan, FanOutTarget target) => StartInvocation(plan, target.Ordinal, target.Snapshot.Name, target.Snapshot.Host, target.Snapshot.Id);

    /// <summary>The same.</summary>
    /// <param name="plan">What is asked.</param>
    /// <param name="ordinal">Place in the job's target list.</param>
    /// <param name="vm">The VM's name.</param>
    /// <param name="host">Its VmHost.</param>
    /// <param name="id">Its identity, if it is known here.</param>
    public static Activity? StartInvocation(JobPlan plan, int ordinal, string vm, string host, Vms.VmId? id)
    {
        if ((plan.Trace.TraceFlags & ActivityTraceFlags.Recorded) == 0 || ordinal >= MaxTargets)
            return null;
        var span = Start("invocation", ActivityKind.Client, plan.Trace);
        span?.SetTag("orchestrator.vm", vm);
        span?.SetTag("orchestrator.host", host);
        span?.SetTag("orchestrator.vm.id", id?.ToString());
        span?.SetTag("orchestrator.route", plan.Route.ToString());
        return span;
    }

    /// <summary>Something happened to it now. Any thread.</summary>
    public static void Note(Activity span, string what) => span.AddEvent(new ActivityEvent(what));

    /// <summary>The same of one step of a composite command.</summary>
    public static void NoteStep(Activity span, string what, string command) =>
        span.AddEvent(new ActivityEvent(what, tags: new ActivityTagsCollection { ["orchestrator.command"] = command }));

    /// <summary>It stands somewhere else.</summary>
    public static void Note(Activity span, InvocationProgress progress)
    {
        var tags = new ActivityTagsCollection();
        if (progress.Reason is { } reason)
            tags["orchestrator.reason"] = reason;
        if (progress.Evidence is { } evidence)
            tags["process.pid"] = evidence.Pid;
        span.AddEvent(new ActivityEvent(progress.Phase.ToString().ToLowerInvariant(), tags: tags));
    }

    /// <summary>Ends the span of a target.</summary>
    public static void End(Activity span, Outcome outcome)
    {
        span.SetTag("orchestrator.phase", outcome.Phase.ToString());
        span.SetTag("orchestrator.reason", outcome.Reason);
        span.SetTag("orchestrator.effect", outcome.Effect.ToString());
        if (outcome.Phase is not (Phase.Succeeded or Phase.Skipped or Phase.Cancelled))
            span.SetStatus(ActivityStatusCode.Error, outcome.Message);
        Stop(span);
    }

    /// <summary>Ends the span of a job.</summary>
    public static void End(Activity span, JobSnapshot job)
    {
        span.SetTag("orchestrator.phase", job.Phase.ToString());
        span.SetTag("orchestrator.targets", job.Targets);
        if (job.Phase is not (JobPhase.Succeeded or JobPhase.Cancelled))
            span.SetStatus(ActivityStatusCode.Error, job.Message);
        Stop(span);
    }

    /// <summary>Ends a span whose end nobody knows.</summary>
    public static void Stop(Activity span)
    {
        var current = Activity.Current;
        span.Stop();
        Activity.Current = current;
    }

    private static Activity? Start(string name, ActivityKind kind, ActivityContext parent)
    {
        if (!ProductMeter.Source.HasListeners())
            return null;
        var current = Activity.Current;
        Activity.Current = null;
        var span = ProductMeter.Source.StartActivity(name, kind, parent);
        Activity.Current = current;
        return span;
    }
}
