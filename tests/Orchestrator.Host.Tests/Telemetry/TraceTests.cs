using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Orchestrator.Host.Tests.Cli;
using Orchestrator.Host.Tests.Serving;
using Orchestrator.TestKit;

namespace Orchestrator.Host.Tests.Telemetry;

/// <summary>One trace from the command line to the guest and back, on a node whose VMs are fakes.</summary>
[Collection(nameof(TelemetryTests))]
public sealed class TraceTests : IAsyncLifetime
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";
    private const string Parent = $"00-{TraceId}-b7ad6b7169203331-01";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly FakeVm _web1 = new("web1", new Guid("00000000-0000-4000-8000-000000000001"));
    private readonly FakeVm _db1 = new("db1", new Guid("00000000-0000-4000-8000-0000000000d1")) { HasAgent = false };
    private ServedNode _node = null!;

    public async Task InitializeAsync()
    {
        _node = await ServedNode.StartAsync();
        await _node.AddAsync(_web1, _db1);
    }

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task Command_line_request_job_and_invocation_are_one_trace()
    {
        await using var collector = await OtlpCollector.StartAsync();
        using var spans = new Spans();
        var run = new CliRun { Server = _node.SocketPath, Variables = new() { ["TRACEPARENT"] = Parent, ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url, ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf" } };

        Assert.True(await run.RunAsync("ping", "-t", "web1") == 0, run.Error);

        await Eventually.TrueAsync(() => spans.Of(TraceId).Any(span => span.OperationName == "job") && spans.Of(TraceId).Any(IsJobRequest), Patience, "the job's and the request's spans have ended");
        var trace = spans.Of(TraceId);
        var client = Assert.Single(trace, span => span.OperationName == "orchestrator ping");
        var invocation = Assert.Single(trace, span => span.OperationName == "invocation");
        var job = ParentOf(invocation, trace);
        var request = ParentOf(job, trace);
        var sent = ParentOf(request, trace);
        Assert.Equal(("job", true, "System.Net.Http"), (job.OperationName, IsJobRequest(request), sent.Source.Name));
        Assert.Equal((client.SpanId, "b7ad6b7169203331"), (sent.ParentSpanId, client.ParentSpanId.ToHexString()));
        Assert.Equal(["sent", "answered"], invocation.Events.Select(happened => happened.Name));
        Assert.Equal(("web1", "Succeeded", "Guest", ActivityStatusCode.Unset), (invocation.GetTagItem("orchestrator.vm"), invocation.GetTagItem("orchestrator.phase"), invocation.GetTagItem("orchestrator.route"), invocation.Status));
        Assert.Equal(("guest-ping", "web1", 1, "Succeeded"), (job.GetTagItem("orchestrator.command"), job.GetTagItem("orchestrator.target"), job.GetTagItem("orchestrator.targets"), job.GetTagItem("orchestrator.phase")));
        Assert.Contains("orchestrator ping", await collector.NextAsync());
    }

    [Fact]
    public async Task Vm_that_cannot_take_it_is_an_error_with_its_reason()
    {
        using var spans = new Spans();

        await RunAsync("""{"target":"db1","command":"guest-ping"}""", Parent);

        var invocation = Assert.Single(spans.Of(TraceId), span => span.OperationName == "invocation");
        Assert.Equal(("Undelivered", "AgentAbsent", "None", ActivityStatusCode.Error), (invocation.GetTagItem("orchestrator.phase"), invocation.GetTagItem("orchestrator.reason"), invocation.GetTagItem("orchestrator.effect"), invocation.Status));
        Assert.Empty(invocation.Events);
    }

    [Fact]
    public async Task Command_that_is_carried_out_by_several_tells_of_its_steps()
    {
        _web1.AgentAnswers["guest-exec"] = _ => Task.FromResult("""{"pid": 7}""");
        _web1.AgentAnswers["guest-exec-status"] = _ => Task.FromResult("""{"exited": true, "exitcode": 0}""");
        using var spans = new Spans();

        await RunAsync("""{"target":"web1","run":{"argv":["true"]}}""", Parent);

        var invocation = Assert.Single(spans.Of(TraceId), span => span.OperationName == "invocation");
        var steps = invocation.Events.Select(happened => $"{happened.Name} {happened.Tags.FirstOrDefault(tag => tag.Key is "orchestrator.command" or "process.pid").Value}").ToArray();
        Assert.Equal(["sent guest-exec", "answered guest-exec", "sent guest-exec-status", "answered guest-exec-status"], steps.Where(step => step != "running 7"));
        Assert.Contains("running 7", steps);
    }

    [Fact]
    public async Task Job_tells_its_place_in_the_trace_and_keeps_it()
    {
        using var spans = new Spans();

        var job = await RunAsync("""{"target":"web1","command":"guest-ping"}""", Parent);

        var span = Assert.Single(spans.Of(TraceId), span => span.OperationName == "job");
        Assert.Equal(span.Id, job.GetProperty("traceparent").GetString());
        Assert.Equal(span.Id, JsonElement.Parse(await _node.Http.GetStringAsync($"v1/jobs/{job.GetProperty("id").GetString()}")).GetProperty("traceparent").GetString());
    }

    [Fact]
    public async Task Trace_that_is_not_sampled_has_no_spans_of_targets_and_is_told_all_the_same()
    {
        using var spans = new Spans(isSampled: false);

        var job = await RunAsync("""{"target":"web1","command":"guest-ping"}""", $"00-{TraceId}-b7ad6b7169203331-00");

        Assert.DoesNotContain(spans.Of(TraceId), span => span.OperationName == "invocation");
        Assert.StartsWith($"00-{TraceId}-", job.GetProperty("traceparent").GetString());
        Assert.EndsWith("-00", job.GetProperty("traceparent").GetString());
    }

    [Fact]
    public async Task Nobody_listens_and_the_trace_is_told_all_the_same()
    {
        var job = await RunAsync("""{"target":"web1","command":"guest-ping"}""", Parent);

        Assert.StartsWith($"00-{TraceId}-", job.GetProperty("traceparent").GetString());
    }

    [Fact]
    public async Task Problem_has_the_trace_of_its_request()
    {
        using var answer = await SendAsync(HttpMethod.Get, "v1/jobs/nothing", null, Parent);

        Assert.Equal(TraceId, JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("traceId").GetString());
    }

    [Fact]
    public async Task Retry_is_in_the_trace_of_who_asked_for_it()
    {
        const string Other = "1af7651916cd43dd8448eb211c80319c";
        var job = await RunAsync("""{"target":"db1","command":"guest-ping"}""", Parent);

        using var answer = await SendAsync(HttpMethod.Post, $"v1/jobs/{job.GetProperty("id").GetString()}:retry", "{}", $"00-{Other}-b7ad6b7169203331-01");

        Assert.StartsWith($"00-{Other}-", JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("traceparent").GetString());
    }

    private async Task<JsonElement> RunAsync(string body, string traceparent)
    {
        using var answer = await SendAsync(HttpMethod.Post, "v1/jobs", body, traceparent);
        return JsonElement.Parse(await answer.Content.ReadAsStringAsync());
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? body, string traceparent)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")) };
        request.Headers.Add("traceparent", traceparent);
        request.Headers.Add("Prefer", "wait=30");
        return await _node.Http.SendAsync(request);
    }

    private static bool IsJobRequest(Activity span) => span.Source.Name == "Microsoft.AspNetCore" && span.GetTagItem("url.path") is null or "/v1/jobs" && span.Kind == ActivityKind.Server;

    private static Activity ParentOf(Activity span, Activity[] trace) => Assert.Single(trace, other => other.SpanId == span.ParentSpanId);
}
