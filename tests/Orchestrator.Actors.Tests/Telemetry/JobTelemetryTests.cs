using System.Diagnostics;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Telemetry;
using Orchestrator.Actors.Tests.FanOut;

namespace Orchestrator.Actors.Tests.Telemetry;

[Collection(nameof(TelemetryTests))]
public sealed class JobTelemetryTests : JobTest
{
    [Fact]
    public async Task Jobs_are_counted_while_they_run_and_by_how_they_ended()
    {
        var (running, partial) = (FanOutMetrics.Running.Value, FanOutMetrics.EndedAs(JobPhase.Partial));
        var job = await StartAsync(2);
        Assert.Equal(1, FanOutMetrics.Running.Value - running);

        job.End((0, Outcome(Phase.Succeeded)), (1, Outcome(Phase.Undelivered, Reasons.VmBusy)));
        await AskAsync<JobReplies.Page>(new JobQueries.Read(job.Id, 0));

        Assert.Equal((running, 1), (FanOutMetrics.Running.Value, FanOutMetrics.EndedAs(JobPhase.Partial) - partial));
    }

    [Fact]
    public async Task Job_whose_actor_ends_before_it_does_is_not_counted_as_running()
    {
        var running = FanOutMetrics.Running.Value;
        var job = await StartAsync(1);
        Watch(job.Actor);

        Sys.Stop(job.Actor);
        await ExpectTerminatedAsync(job.Actor);

        Assert.Equal(running, FanOutMetrics.Running.Value);
    }

    [Fact]
    public async Task Job_that_somebody_records_begins_a_trace_where_its_caller_has_none()
    {
        var ended = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source == ProductMeter.Source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Add,
        };
        ActivitySource.AddActivityListener(listener);
        var job = await StartAsync(1);
        var trace = job.Dispatch.Plan.Trace;
        Assert.Equal($"00-{trace.TraceId}-{trace.SpanId}-01", (await AskAsync<JobReplies.Found>(new JobQueries.Get(job.Id))).Job.Traceparent);

        job.End((0, Outcome(Phase.Failed, Reasons.ExitNonZero)));
        await AskAsync<JobReplies.Page>(new JobQueries.Read(job.Id, 0));

        var span = Assert.Single(ended);
        Assert.Equal(("job", trace.SpanId, default, ActivityStatusCode.Error), (span.OperationName, span.SpanId, span.ParentSpanId, span.Status));
        Assert.Equal((job.Id, "Partial", 1), (span.GetTagItem("orchestrator.job"), span.GetTagItem("orchestrator.phase"), span.GetTagItem("orchestrator.targets")));
    }

    [Fact]
    public async Task Nobody_records_it_and_targets_hear_of_no_trace()
    {
        var job = await StartAsync(1);

        Assert.Equal(default, job.Dispatch.Plan.Trace);
        Assert.Null((await AskAsync<JobReplies.Found>(new JobQueries.Get(job.Id))).Job.Traceparent);
    }
}
