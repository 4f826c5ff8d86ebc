using System.Diagnostics;
using System.Security.Cryptography;
using Orchestrator.Host.Tests.Cli;
using Orchestrator.Host.Tests.Telemetry;
using Orchestrator.TestKit;

namespace Orchestrator.Host.Tests.Clustering;

/// <summary>One trace from the command line to the guest and back, whichever nodes are between them.</summary>
[Collection(nameof(ServedCluster))]
public sealed class FleetTraceTests(ServedCluster cluster)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("a", "b")]
    [InlineData("b", "c")]
    [InlineData("c", "c")]
    public async Task Command_line_gateway_job_and_vm_are_one_trace(string gateway, string node)
    {
        await using var collector = await OtlpCollector.StartAsync();
        using var spans = new Spans();
        var traceId = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var run = new CliRun
        {
            Server = cluster[gateway].SocketPath,
            Variables = new() { ["TRACEPARENT"] = $"00-{traceId}-b7ad6b7169203331-01", ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url, ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf" },
        };

        Assert.True(await run.RunAsync("ping", "-t", $"vm-{node}") == 0, run.Error);

        await Eventually.TrueAsync(() => Chain(spans.Of(traceId)) is ["orchestrator ping", ..], Limit, "the invocation's ancestors have ended, up to the command line");
        var trace = spans.Of(traceId);
        var chain = Chain(trace);
        Assert.Equal(("job", "invocation"), (chain[^2], chain[^1]));
        // One request to the gateway, and one more if another node has the job.
        Assert.InRange(chain.Count(step => step == "System.Net.Http.HttpRequestOut"), 1, 2);
        var invocation = Assert.Single(trace, span => span.OperationName == "invocation");
        Assert.Equal(["sent", "answered"], invocation.Events.Select(happened => happened.Name));
        Assert.Equal($"vm-{node}", invocation.GetTagItem("orchestrator.vm"));
    }

    /// <summary>Names of the spans from the first to the invocation's, as far as they have ended.</summary>
    private static string[] Chain(Activity[] trace)
    {
        var chain = new LinkedList<string>();
        for (var span = trace.SingleOrDefault(span => span.OperationName == "invocation"); span is not null; span = trace.SingleOrDefault(other => other.SpanId == span.ParentSpanId))
            chain.AddFirst(span.OperationName);
        return [.. chain];
    }
}
