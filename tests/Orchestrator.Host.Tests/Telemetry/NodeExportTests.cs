using Orchestrator.Host.Tests.Serving;

namespace Orchestrator.Host.Tests.Telemetry;

/// <summary>What a node sends to the collector that its configuration names.</summary>
[Collection(nameof(TelemetryTests))]
public sealed class NodeExportTests
{
    [Fact]
    public async Task Spans_and_metrics_are_exported_to_the_collector_of_the_configuration()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using (var node = await ServedNode.StartAsync($"host: node1\ntelemetry: {{ otlp: '{collector.Url}', protocol: http/protobuf }}\n"))
        {
            await node.Http.GetStringAsync("v1/vms");
            await node.StopAsync();
        }

        var (spans, metrics) = (await collector.NextAsync(), await collector.NextAsync("/v1/metrics"));

        Assert.Contains("GET /v1/vms", spans);
        Assert.DoesNotContain("readyz", spans);
        Assert.Contains("orchestrator.vms", metrics);
        Assert.Contains("node1", metrics);
    }

    [Fact]
    public async Task Nothing_is_traced_of_whom_the_share_leaves_out_except_for_who_asks_for_it()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using (var node = await ServedNode.StartAsync($"telemetry: {{ otlp: '{collector.Url}', protocol: http/protobuf, sample: 0 }}\n"))
        {
            await node.Http.GetStringAsync("v1/vms");
            using var request = new HttpRequestMessage(HttpMethod.Get, "v1/schemas") { Headers = { { "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" } } };
            using var answer = await node.Http.SendAsync(request);
            await node.StopAsync();
        }

        var spans = await collector.NextAsync();

        Assert.Contains("GET /v1/schemas", spans);
        Assert.DoesNotContain("/v1/vms", spans);
    }
}
