using System.Diagnostics;
using System.Diagnostics.Metrics;
using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Telemetry;
using Orchestrator.Actors.Tests.FanOut.Selectors;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Tests.Telemetry;

/// <summary>What the router measures and traces of the commands that pass it.</summary>
[Collection(nameof(TelemetryTests))]
public sealed class FanOutTelemetryTests : ActorTest
{
    private static readonly ActivityContext Recorded = new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
    private readonly IActorRef _router;

    public FanOutTelemetryTests() => _router = Sys.ActorOf(FanOutRouter.PropsFor());

    [Fact]
    public async Task Outcomes_are_counted_by_phase_and_reason_and_answers_are_timed()
    {
        var durations = new List<(double Seconds, object? Route)>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, meters) => { if (instrument == FanOutMetrics.Duration) meters.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<double>((_, seconds, tags, _) => durations.Add((seconds, tags[0].Value)));
        listener.Start();
        var (before, pending) = (Counts(), FanOutMetrics.Pending.Value);
        var invocations = await DispatchAsync(6, default);
        Assert.Equal(6, FanOutMetrics.Pending.Value - pending);

        End(invocations, Of(Phase.Succeeded, null, 1), Of(Phase.Succeeded, null, 2), Of(Phase.Undelivered, Reasons.VmBusy, 3), Of(Phase.Succeeded, null, 4), Of(Phase.Refused, "OfTomorrow", 5), Of(Phase.Refused, "OfTomorrow", 6));
        await OutcomesAsync(6);

        Assert.Equal((3, 1, 2), (Counts().Succeeded - before.Succeeded, Counts().Busy - before.Busy, Counts().Other - before.Other));
        Assert.Equal(pending, FanOutMetrics.Pending.Value);
        Assert.Equal([1, 2, 4, 5, 6], durations.Select(measured => measured.Seconds));
        Assert.All(durations, measured => Assert.Equal("Guest", measured.Route));
    }

    [Fact]
    public async Task Router_that_stops_takes_along_what_is_pending()
    {
        var pending = FanOutMetrics.Pending.Value;
        await DispatchAsync(6, default);

        await _router.GracefulStop(Limit);

        Assert.Equal(pending, FanOutMetrics.Pending.Value);
    }

    [Fact]
    public void Counting_allocates_nothing()
    {
        var outcomes = Enumerable.Range(0, 256).Select(ordinal => (ordinal, Of(ordinal % 3 == 0 ? Phase.Undelivered : Phase.Succeeded, ordinal % 3 == 0 ? Reasons.VmPaused : null, 1))).ToList();
        FanOutMetrics.Count(CommandRoute.Qmp, outcomes);
        var before = GC.GetAllocatedBytesForCurrentThread();

        FanOutMetrics.Count(CommandRoute.Qmp, outcomes);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        FanOutMetrics.Pending.Add(2 * outcomes.Count);
    }

    [Fact]
    public async Task Invocations_of_a_recorded_job_are_its_children_and_leave_nothing_current()
    {
        using var listener = Listen(out var ended);
        var invocations = await DispatchAsync(2, Recorded);
        Assert.All(invocations, invocation => Assert.Equal((Recorded.TraceId, Recorded.SpanId), (invocation.Span!.TraceId, invocation.Span.ParentSpanId)));

        invocations[0].OnSending();
        invocations[0].OnResult(EncodedCommand.EmptyReturn);
        End(invocations, Of(Phase.Succeeded, null, 1), Of(Phase.Unknown, Reasons.ReplyLost, 1));
        await OutcomesAsync(2);

        Assert.Equal(["sent", "answered"], invocations[0].Span!.Events.Select(happened => happened.Name));
        Assert.Equal([ActivityStatusCode.Unset, ActivityStatusCode.Error], invocations.Select(invocation => invocation.Span!.Status));
        Assert.Equal([null, "ReplyLost"], invocations.Select(invocation => invocation.Span!.GetTagItem("orchestrator.reason")));
        Assert.Equal(2, ended.Count);
        Assert.Null(Activity.Current);
    }

    [Fact]
    public async Task Only_the_first_thousand_targets_have_a_span()
    {
        using var listener = Listen(out _);

        var invocations = await DispatchAsync(FanOutSpans.MaxTargets + 2, Recorded);

        Assert.Equal(FanOutSpans.MaxTargets, invocations.Count(invocation => invocation.Span is not null));
        Assert.Null(invocations[^1].Span);
    }

    [Fact]
    public async Task Nobody_records_the_trace_and_there_are_no_spans()
    {
        using var listener = Listen(out _);

        var unrecorded = await DispatchAsync(1, default);

        Assert.Null(Assert.Single(unrecorded).Span);
    }

    [Fact]
    public async Task VM_that_leaves_ends_its_span()
    {
        using var listener = Listen(out var ended);
        var vm = CreateTestProbe();
        Dispatch(1, Recorded, vm);
        await vm.ExpectMsgAsync<Invocation>();

        Sys.Stop(vm);
        await OutcomesAsync(1);

        Assert.Equal("VmNotFound", Assert.Single(ended).GetTagItem("orchestrator.reason"));
    }

    private static (long Succeeded, long Busy, long Other) Counts() =>
        (FanOutMetrics.Of(Phase.Succeeded, null), FanOutMetrics.Of(Phase.Undelivered, Reasons.VmBusy), FanOutMetrics.Of(Phase.Refused, "Other"));

    private static ActivityListener Listen(out List<Activity> ended)
    {
        var spans = ended = [];
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source == ProductMeter.Source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private static Outcome Of(Phase phase, string? reason, double seconds) => new() { Name = "vm", Host = "host1", Phase = phase, Reason = reason, Effect = Effect.None, Elapsed = TimeSpan.FromSeconds(seconds) };

    private void Dispatch(int targets, ActivityContext trace, IActorRef vm)
    {
        var plan = new JobPlan("job", CommandRoute.Guest, EncodedCommand.ForGuest("guest-ping"), Deadline.After(TimeSpan.FromSeconds(1), Time)) { Trace = trace };
        _router.Tell(new FanOutCommands.Dispatch(plan, [.. Enumerable.Range(0, targets).Select(ordinal => new FanOutTarget(ordinal, vm, Sample.Vm("vm" + ordinal)))]), TestActor);
    }

    private async Task<Invocation[]> DispatchAsync(int targets, ActivityContext trace)
    {
        var vm = CreateTestProbe();
        Dispatch(targets, trace, vm);
        var invocations = new Invocation[targets];
        for (var next = 0; next < targets; next++)
            invocations[next] = await vm.ExpectMsgAsync<Invocation>();
        return invocations;
    }

    private void End(Invocation[] invocations, params Outcome[] outcomes)
    {
        foreach (var (invocation, outcome) in invocations.Zip(outcomes))
            _router.Tell(new FanOutEvents.InvocationEnded(invocation, outcome));
    }

    private async Task OutcomesAsync(int count)
    {
        while (count > 0)
            count -= (await ExpectMsgAsync<FanOutEvents.Outcomes>()).Items.Count;
    }
}
