using System.Diagnostics;
using Akka.Actor;
using Orchestrator.Actors.Clustering.Wire;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.Telemetry;
using Orchestrator.Actors.Tests.FanOut.Routing;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Tests.Telemetry;

/// <summary>One trace goes from whoever asked for a job to the bytes that another node's VM is sent.</summary>
[Collection(nameof(TelemetryTests))]
public sealed class RoutedTelemetryTests : FleetJobTest
{
    private static readonly ActivityContext Caller = new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);

    private IActorRef? _router;

    [Fact]
    public async Task The_span_of_another_nodes_VM_is_a_child_of_the_jobs_in_its_callers_trace()
    {
        var ended = new List<Activity>();
        using var listener = Listen(ended);
        var job = await SubmitAsync(2, Ping() with { Trace = Caller });
        var jobSpan = FanOutSpans.ContextOf((await Jobs.Ask<JobReplies.Found>(new JobQueries.Get(job), Limit)).Job.Traceparent);
        Assert.Equal(Caller.TraceId, jobSpan.TraceId);

        var invocation = await CrossAsync(await TakeAsync(B));

        Assert.Equal((Caller.TraceId, jobSpan.SpanId), (invocation.Span!.TraceId, invocation.Span.ParentSpanId));
        Assert.Equal(("b", "vm-of-b"), (invocation.Span.GetTagItem("orchestrator.host"), invocation.Span.GetTagItem("orchestrator.vm")));
        invocation.OnSending();
        invocation.OnResult(EncodedCommand.EmptyReturn);
        invocation.ReplyTo.Tell(new FanOutEvents.InvocationEnded(invocation, new Outcome { Name = "x", Host = "b", Phase = Phase.Succeeded, Effect = Effect.None }));
        await AwaitAssertAsync(() => Assert.Contains(invocation.Span, ended));
        Assert.Equal(["sent", "answered"], invocation.Span.Events.Select(happened => happened.Name));
    }

    [Fact]
    public async Task A_trace_that_nobody_records_has_no_spans_on_other_nodes()
    {
        await SubmitAsync(2, Ping() with { Trace = Caller });
        var dispatch = await TakeAsync(B);
        using var listener = Listen([]);

        Assert.Null(dispatch.TraceParent);
        Assert.Null((await CrossAsync(dispatch)).Span);
    }

    [Fact]
    public async Task Router_that_stops_takes_along_what_is_pending()
    {
        await SubmitAsync(2, Ping());
        var pending = FanOutMetrics.Pending.Value;
        await CrossAsync(await TakeAsync(B));
        Assert.Equal(pending + 1, FanOutMetrics.Pending.Value);

        await _router!.GracefulStop(Limit);

        Assert.Equal(pending, FanOutMetrics.Pending.Value);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("00-xyz")]
    public void What_is_no_place_in_a_trace_is_none(string? text) => Assert.Equal(default, FanOutSpans.ContextOf(text));

    /// <summary>To a real router of that node, as bytes.</summary>
    private async Task<Invocation> CrossAsync(RouterCommands.Dispatch dispatch)
    {
        var vm = CreateTestProbe("vm-of-b");
        var router = _router = Sys.ActorOf(ClusterRouter.PropsFor(new ClusterRouterSettings("b", dispatch.Incarnation, Time)));
        var wire = new WireSerializer((ExtendedActorSystem)Sys);
        var ordinal = dispatch.Targets.Read().First().Ordinal;
        var there = (RouterCommands.Dispatch)wire.FromBinary(wire.ToBinary(dispatch), wire.Manifest(dispatch));
        Assert.Null(there.Plan);
        router.Tell(there with { Targets = TargetList.Cut([new RoutedTarget(ordinal, TargetList.PathOf(vm.Ref), "")], 1_000).Single() }, TestActor);
        return await vm.ExpectMsgAsync<Invocation>();
    }

    private static ActivityListener Listen(List<Activity> ended)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source == ProductMeter.Source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Add,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
